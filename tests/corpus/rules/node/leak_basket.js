const basket = [];

const add = (items, item) => {
  items.push(String(item));
  return { statusCode: 200, body: JSON.stringify({ items: items.slice(-3) }) };
};

exports.vulnerable = async (event) => add(basket, JSON.parse(event.body).article);
exports.safe = async (event) => add([], JSON.parse(event.body).article);
