const initSqlJs = require('sql.js');

const opened = initSqlJs().then((SQL) => {
  const db = new SQL.Database();
  db.run('create table stock (sku text, pieces integer)');
  return db;
});

const book = (update) => async (event) => {
  const db = await opened;
  for (const record of event.Records) {
    const { sku, pieces } = JSON.parse(record.body);
    try {
      update(db, String(sku), Number(pieces) || 0);
    } catch {
      console.log('not booked');
    }
  }
};

exports.vulnerable = book((db, sku, pieces) => {
  db.run(`update stock set pieces = pieces + ${pieces} where sku = '${sku}'`);
});

exports.safe = book((db, sku, pieces) => {
  db.run('update stock set pieces = pieces + ? where sku = ?', [pieces, sku]);
});
