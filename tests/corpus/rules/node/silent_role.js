const tokens = new Map();

const guarded = (log) => async (event) => {
  const user = tokens.get(event.headers?.Authorization ?? event.headers?.authorization);
  if (user === undefined) {
    if (log) console.log(JSON.stringify({ event: 'denied', path: event.path }));
    return { statusCode: 403, body: JSON.stringify({ message: 'Forbidden' }) };
  }
  return { statusCode: 200, body: JSON.stringify({ user }) };
};

exports.vulnerable = guarded(false);
exports.safe = guarded(true);
