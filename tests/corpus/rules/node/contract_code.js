exports.vulnerable = async (event) => ({
  statusCode: event.queryStringParameters?.code ?? '200',
  body: 'ok',
});

exports.safe = async (event) => ({
  statusCode: event.queryStringParameters?.code === '404' ? 404 : 200,
  body: 'ok',
});
