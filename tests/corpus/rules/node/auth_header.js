exports.vulnerable = async (event) => {
  if (event.headers?.['x-admin'] !== 'true') {
    console.log('refused');
    return { statusCode: 403, body: 'for admins' };
  }
  return { statusCode: 200, body: 'all accounts' };
};

exports.safe = async (event) => {
  if (event.requestContext?.authorizer?.claims?.role !== 'admin') {
    console.log('refused');
    return { statusCode: 403, body: 'for admins' };
  }
  return { statusCode: 200, body: 'all accounts' };
};
