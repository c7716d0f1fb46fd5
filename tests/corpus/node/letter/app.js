const ejs = require('ejs');

exports.vulnerable = async (event) => {
  const { name } = JSON.parse(event.body);
  try {
    return { statusCode: 200, body: ejs.render(`Dear ${name}, welcome to <%= place %>`, { place: 'Oslo' }) };
  } catch {
    return { statusCode: 400, body: 'no letter' };
  }
};

exports.safe = async (event) => {
  const { name } = JSON.parse(event.body);
  return {
    statusCode: 200,
    body: ejs.render('Dear <%= name %>, welcome to <%= place %>', { name, place: 'Oslo' }),
  };
};
