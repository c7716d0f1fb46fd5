const serve = (failed) => async (event) => {
  try {
    const order = JSON.parse(event.body);
    return { statusCode: 200, body: String(BigInt(order.count) * 3n) };
  } catch (error) {
    return failed(error);
  }
};

exports.vulnerable = serve((error) => ({ statusCode: 500, body: error.stack }));
exports.safe = serve(() => ({ statusCode: 400, body: 'count must be a number' }));
