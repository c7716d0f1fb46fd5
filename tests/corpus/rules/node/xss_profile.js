const SIGNS = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text) => text.replace(/[&<>"']/g, (sign) => SIGNS[sign]);

function named(path) {
  try {
    return decodeURIComponent(path.user);
  } catch {
    return path.user;
  }
}

const page = (body) => ({
  statusCode: 200,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: `<!doctype html><title>Profile</title>${body}`,
});

exports.vulnerable = async ({ pathParameters }) =>
  page(`<h1>Profile of ${named(pathParameters)}</h1>`);

exports.safe = async ({ pathParameters }) =>
  page(`<h1>Profile of ${escaped(named(pathParameters))}</h1>`);
