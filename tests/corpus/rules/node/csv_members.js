const quoted = (cell) => `"${String(cell).replaceAll('"', '""')}"`;
const plain = (cell) => quoted(/^[=+\-@\t\r]/.test(String(cell)) ? `'${cell}` : cell);

const table = (cell) => async (event) => {
  const { members } = JSON.parse(event.body);
  const rows = [['name'], [members.name]];
  return {
    statusCode: 200,
    headers: { 'content-type': 'text/csv' },
    body: rows.map((row) => row.map(cell).join(',')).join('\r\n'),
  };
};

exports.vulnerable = table(quoted);
exports.safe = table(plain);
