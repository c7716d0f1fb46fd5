const answer = (origin) => ({
  statusCode: 200,
  headers: {
    vary: 'origin',
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
  },
  body: '{}',
});

exports.vulnerable = async (event) => answer(event.headers?.origin ?? 'https://app.example.com');
exports.safe = async () => answer('https://app.example.com');
