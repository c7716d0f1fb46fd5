const answer = (origin) => ({
  statusCode: 200,
  multiValueHeaders: {
    'Access-Control-Allow-Origin': [origin],
    'Access-Control-Allow-Credentials': ['true'],
  },
  body: '{}',
});

const allowing = (pattern) => async (event) => {
  const origin = event.headers?.origin ?? '';
  return pattern.test(origin) ? answer(origin) : { statusCode: 200, body: '{}' };
};

exports.vulnerable = allowing(/^https:\/\/(\w+\.)?example\.com/);
exports.safe = allowing(/^https:\/\/(\w+\.)?example\.com$/);
