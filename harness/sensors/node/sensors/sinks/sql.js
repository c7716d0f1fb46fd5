'use strict';
// SQL statements, told before they run.

const { afterLoad } = require('../loading.js');
const { hook } = require('../telling.js');
const { text } = require('../record.js');
const util = require('util');

const SHOWN = 1000;
const QUERY = ['query', 'execute'];
const SQLITE3 = ['prepare', 'run', 'get', 'all', 'each', 'exec', 'map'];

// Package's file -> [driver, what has the methods, their names]
const DRIVERS = [
  [/^pg\/lib\/client\.js$/, 'pg', (exports) => exports.prototype, QUERY],
  [/^pg\/lib\/native\/client\.js$/, 'pg', (exports) => exports.prototype, QUERY],
  [/^mysql\/lib\/Connection\.js$/, 'mysql', (exports) => exports.prototype, QUERY],
  [/^mysql2\/lib\/(?:base\/)?connection\.js$/, 'mysql2', (exports) => exports.prototype, QUERY],
  [/^better-sqlite3\/lib\/database\.js$/, 'better-sqlite3', (exports) => exports.prototype,
    ['prepare', 'exec']],
  [/^sqlite3\/lib\/sqlite3\.js$/, 'sqlite3', (exports) => exports.Database.prototype, SQLITE3],
  [/^tedious\/lib\/connection\.js$/, 'tedious', (exports) => (exports.default ?? exports).prototype,
    ['execSql', 'execSqlBatch']],
];

// A statement stands alone or in an object, by one of the names that drivers use.
function statementOf(value) {
  if (typeof value === 'string') return [value, undefined];
  if (value === null || typeof value !== 'object') return [null, undefined];
  const statement = value.sql ?? value.text ?? value.sqlTextOrProcedure;
  return [typeof statement === 'string' ? statement : null, value.values];
}

function executed(driver, [first, second]) {
  const [statement, values] = statementOf(first);
  if (statement === null) return null;
  const given = values ?? (typeof second === 'function' ? undefined : second);
  const parameters = given === undefined || given === null ? null : util.inspect(given);
  return [
    'sql',
    `${driver}.execute`,
    { statement: text(statement), parameters: parameters?.slice(0, SHOWN) ?? null, driver },
  ];
}

function hookDriver(driver, owner, names) {
  for (const name of names) hook(owner, name, (args) => executed(driver, args));
}

// sql.js is a function which gives a promise of the module.
function hookSqlJs(exports) {
  if (typeof exports !== 'function') return undefined;
  const known = new WeakSet();
  return new Proxy(exports, {
    apply(target, self, args) {
      const made = Reflect.apply(target, self, args);
      return made.then((module) => {
        const owner = module?.Database?.prototype;
        if (owner && !known.has(owner)) {
          known.add(owner);
          hookDriver('sql.js', owner, ['exec', 'run', 'prepare', 'each']);
        }
        return module;
      });
    },
  });
}

// postgres.js (package `postgres`) gives a function for tagged templates, whose values are bound. Only
// `unsafe` takes a text; transactions are given a function of their own.
function hookPostgres(exports) {
  if (typeof exports !== 'function') return undefined;
  return new Proxy(exports, {
    apply: (target, self, args) => followed(Reflect.apply(target, self, args)),
  });
}

function followed(sql) {
  hookDriver('postgres', sql, ['unsafe']);
  for (const name of ['begin', 'savepoint']) {
    if (typeof sql[name] !== 'function') continue;
    sql[name] = new Proxy(sql[name], {
      apply(target, self, args) {
        const work = args.at(-1);
        if (typeof work !== 'function') return Reflect.apply(target, self, args);
        const told = (inner, ...others) => work(followed(inner), ...others);
        return Reflect.apply(target, self, [...args.slice(0, -1), told]);
      },
    });
  }
  return sql;
}

function install() {
  for (const [pattern, driver, owner, names] of DRIVERS) {
    afterLoad(pattern, (exports) => hookDriver(driver, owner(exports), names));
  }
  afterLoad(/^sql\.js\/dist\/sql-[\w-]+\.js$/, hookSqlJs);
  afterLoad(/^postgres\/cjs\/src\/index\.js$/, hookPostgres);
  const builtin = process.getBuiltinModule?.bind(process);
  const sqlite = process.versions.sqlite === undefined ? undefined : builtin?.('node:sqlite');
  if (sqlite) hookDriver('node:sqlite', sqlite.DatabaseSync.prototype, ['exec', 'prepare']);
}

module.exports = { install };
