'use strict';
// pg: a statement put together from text, and one with a bound value.

const { Client } = require('pg');

let open;
async function db() {
  if (open === undefined) {
    open = new Client({ connectionString: process.env.POSTGRES });
    open.on('error', () => (open = undefined));
    await open.connect();
    await open.query('create temporary table page (id int, title text)');
    await open.query("insert into page values (1, 'sample'), (2, 'teapot')");
  }
  return open;
}

async function asked(...query) {
  try {
    const { rows } = await (await db()).query(...query);
    return { statusCode: 200, body: JSON.stringify(rows.map((row) => row.id)) };
  } catch {
    return { statusCode: 400 };
  }
}

exports.vulnerable = async (event) =>
  asked(`select id from page where title = '${event.queryStringParameters.title}'`);

exports.safe = async (event) =>
  asked('select id from page where title = $1', [event.queryStringParameters.title]);
