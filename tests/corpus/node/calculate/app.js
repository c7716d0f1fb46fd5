exports.vulnerable = async ({ parcel }) => {
  const weight = Number(parcel.weight);
  return { price: eval(parcel.formula), weight };
};

const TOKEN = /\s*(\d+(?:\.\d+)?|[-+*/()])/y;

function calculate(text) {
  const tokens = [];
  TOKEN.lastIndex = 0;
  for (let match; (match = TOKEN.exec(text)); ) tokens.push(match[1]);
  if (tokens.join('') !== text.replaceAll(' ', '')) throw new Error('not arithmetic');
  const atom = () => {
    const token = tokens.shift();
    if (token === '(') {
      const value = sum();
      if (tokens.shift() !== ')') throw new Error('a parenthesis is open');
      return value;
    }
    if (token === '-') return -atom();
    const value = Number(token);
    if (Number.isNaN(value)) throw new Error('no number');
    return value;
  };
  const product = () => {
    let value = atom();
    while (tokens[0] === '*' || tokens[0] === '/') {
      value = tokens.shift() === '*' ? value * atom() : value / atom();
    }
    return value;
  };
  const sum = () => {
    let value = product();
    while (tokens[0] === '+' || tokens[0] === '-') {
      value = tokens.shift() === '+' ? value + product() : value - product();
    }
    return value;
  };
  const value = sum();
  if (tokens.length > 0) throw new Error('something is left over');
  return value;
}

exports.safe = async ({ parcel }) => {
  try {
    return { price: calculate(String(parcel.formula)), weight: Number(parcel.weight) };
  } catch {
    return { price: null };
  }
};
