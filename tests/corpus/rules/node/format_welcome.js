const { format } = require('util');

const answer = (text) => ({ statusCode: 200, body: text });

exports.vulnerable = async (event) => {
  const { greeting } = JSON.parse(event.body);
  return answer(format(greeting, 'Ada'));
};

exports.safe = async (event) => {
  const { greeting } = JSON.parse(event.body);
  return answer(format('%s, %s', greeting, 'Ada'));
};
