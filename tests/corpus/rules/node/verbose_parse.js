const total = (event) => {
  const { lines } = JSON.parse(event.body);
  return lines.reduce((sum, line) => sum + BigInt(line.price), 0n);
};

const serve = (failed) => async (event) => {
  try {
    return { statusCode: 200, body: String(total(event)) };
  } catch (error) {
    return { statusCode: 500, headers: { 'content-type': 'application/json' }, body: failed(error) };
  }
};

exports.vulnerable = serve((error) => JSON.stringify({ message: error.message, stack: error.stack }));
exports.safe = serve(() => JSON.stringify({ message: 'internal error' }));
