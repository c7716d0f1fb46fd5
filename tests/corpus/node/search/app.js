const initSqlJs = require('sql.js');

const opened = initSqlJs().then((SQL) => {
  const db = new SQL.Database();
  db.run("create table item (name text, price integer); insert into item values ('lamp', 12)");
  return db;
});

exports.vulnerable = async (event) => {
  const wanted = event.queryStringParameters?.name ?? '';
  const db = await opened;
  try {
    const rows = db.exec(`select name, price from item where name like '%${wanted}%'`);
    return { statusCode: 200, body: JSON.stringify(rows) };
  } catch {
    return { statusCode: 400, body: 'bad search' };
  }
};

exports.safe = async (event) => {
  const wanted = event.queryStringParameters?.name ?? '';
  const db = await opened;
  const rows = db.exec('select name, price from item where name like ?', [`%${wanted}%`]);
  return { statusCode: 200, body: JSON.stringify(rows) };
};
