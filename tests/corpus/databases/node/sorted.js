'use strict';
// postgres.js behind a queue: a text within a transaction, and one bound by a tagged template.

const postgres = require('postgres');

let open;
const db = () => (open ??= postgres(process.env.POSTGRES, { max: 1, idle_timeout: 5, onnotice: () => {} }));

async function each(event, count) {
  for (const record of event.Records) {
    const { title } = JSON.parse(record.body);
    try {
      await db().begin((sql) => count(sql, String(title)));
    } catch (error) {
      if (!(error instanceof postgres.PostgresError)) throw error;
    }
  }
}

exports.vulnerable = (event) =>
  each(event, (sql, title) => sql.unsafe(`select count(*) from pg_tables where tablename = '${title}'`));

exports.safe = (event) =>
  each(event, (sql, title) => sql`select count(*) from pg_tables where tablename = ${title}`);
