const { unserialize } = require('node-serialize');

const serve = (read) => async (event) => {
  const sent = event.headers['x-session'] ?? '';
  let session = null;
  try {
    session = read(Buffer.from(sent, 'base64').toString());
  } catch {
    return { statusCode: 400, body: 'no session' };
  }
  return { statusCode: 200, body: JSON.stringify({ user: session?.user ?? null }) };
};

exports.vulnerable = serve(unserialize);
exports.safe = serve(JSON.parse);
