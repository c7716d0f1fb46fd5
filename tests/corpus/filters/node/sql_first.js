const initSqlJs = require('sql.js');

const opened = initSqlJs().then((SQL) => {
  const db = new SQL.Database();
  db.run('create table book (title text, shelf integer)');
  return db;
});

const search = (escaped) => async (event) => {
  const db = await opened;
  const title = escaped(event.queryStringParameters?.title ?? '');
  try {
    const found = db.exec(`select shelf from book where title = '${title}'`);
    return { statusCode: 200, body: String(found.length) };
  } catch {
    return { statusCode: 200, body: '0' };
  }
};

exports.vulnerable = search((text) => text.replace("'", "''"));
exports.safe = search((text) => text.replaceAll("'", "''").replaceAll('\0', ''));
