const { createHmac, timingSafeEqual } = require('crypto');

const KEY = 'd9k2-pLw8-aa31';
const refused = () => {
  console.log('refused');
  return { statusCode: 401, body: 'sign in' };
};
const claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url'));

function verified(token) {
  const [head, claims, signature = ''] = token.split('.');
  const made = createHmac('sha256', KEY).update(`${head}.${claims}`).digest();
  const given = Buffer.from(signature, 'base64url');
  return given.length === made.length && timingSafeEqual(given, made);
}

const guarded = (check) => async (event) => {
  const [, token = ''] = (event.headers?.authorization ?? '').split(' ');
  try {
    if (!check(token)) return refused();
    return { statusCode: 200, body: JSON.stringify({ signedIn: Boolean(claimsOf(token).sub) }) };
  } catch {
    return refused();
  }
};

exports.vulnerable = guarded(() => true);
exports.safe = guarded(verified);
