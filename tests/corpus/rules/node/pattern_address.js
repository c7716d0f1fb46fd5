const answer = (valid) => ({ statusCode: 200, body: JSON.stringify({ valid }) });

exports.vulnerable = async (event) => {
  const { mail } = JSON.parse(event.body);
  return answer(/^([a-zA-Z0-9]+[._-]?)+@[a-z]+\.com$/.test(mail));
};

exports.safe = async (event) => {
  const { mail } = JSON.parse(event.body);
  return answer(/^[\w.-]{1,64}@[a-z]{1,60}\.com$/.test(mail));
};
