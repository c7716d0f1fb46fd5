const { createHash } = require('crypto');

const KNOWN = '7a1c2f4d9be0a3c55e3d80f6b1e29c44a9d6f7180b2c3d4e5f60718293a4b5c6';
const known = (key) => createHash('sha256').update(String(key)).digest('hex') === KNOWN;

const keyed = (note) => async (event) => {
  if (!known(event.headers?.['x-api-key'])) {
    note('refused: unknown key');
    return { statusCode: 401, body: '' };
  }
  return { statusCode: 200, body: 'welcome' };
};

exports.vulnerable = keyed(() => {});
exports.safe = keyed((text) => console.warn(text));
