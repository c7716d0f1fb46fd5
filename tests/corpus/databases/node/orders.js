'use strict';
// mysql2: a text between quotes, and one that mysql2 escapes.

const mysql = require('mysql2/promise');

let open;
async function db() {
  if (open === undefined) {
    open = await mysql.createConnection({
      host: '127.0.0.1', port: Number(process.env.MARIADB), user: 'root', database: 'test',
    });
    await open.query('create temporary table orders (id int, title varchar(99))');
    await open.query("insert into orders values (1, 'sample'), (2, 'teapot')");
  }
  return open;
}

async function asked(...query) {
  try {
    const [rows] = await (await db()).query(...query);
    return { statusCode: 200, body: JSON.stringify(rows.map((row) => row.id)) };
  } catch {
    return { statusCode: 400 };
  }
}

exports.vulnerable = async (event) =>
  asked(`select id from orders where title = '${JSON.parse(event.body).title}'`);

exports.safe = async (event) =>
  asked('select id from orders where title = ?', [String(JSON.parse(event.body).title)]);
