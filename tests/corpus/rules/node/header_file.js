const download = (disposition) => ({
  statusCode: 200,
  headers: { 'content-type': 'text/plain', 'content-disposition': disposition },
  body: 'report',
});

exports.vulnerable = async (event) => {
  const { filename } = JSON.parse(event.body);
  return download(`attachment; filename=${filename}`);
};

exports.safe = async (event) => {
  const { filename } = JSON.parse(event.body);
  return download(`attachment; filename*=UTF-8''${encodeURIComponent(String(filename).toWellFormed())}`);
};
