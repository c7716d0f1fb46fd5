exports.vulnerable = async (event) => {
  const { account } = JSON.parse(event.body);
  process.stdout.write(`access by ${account}\n`);
  return { statusCode: 204 };
};

exports.safe = async (event) => {
  const { account } = JSON.parse(event.body);
  process.stdout.write(`${JSON.stringify({ access: account })}\n`);
  return { statusCode: 204 };
};
