const blank = (most) => async (event) => {
  const { width } = JSON.parse(event.body);
  const size = Math.min(Number.parseInt(width, 10) || 1, most);
  return { statusCode: 200, body: String(Buffer.alloc(Math.max(size, 1), '.').length) };
};

exports.vulnerable = blank(Infinity);
exports.safe = blank(4096);
