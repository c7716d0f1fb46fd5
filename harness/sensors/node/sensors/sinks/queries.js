'use strict';
// Queries that are no SQL, told before they run: XPath, LDAP filters, Mongo filters and pipelines.

const { afterLoad } = require('../loading.js');
const { hook } = require('../telling.js');
const { text } = require('../record.js');

const DEPTH = 6;
const ITEMS = 100;
const MONGO = [
  'aggregate', 'count', 'countDocuments', 'deleteMany', 'deleteOne', 'find', 'findOne',
  'findOneAndDelete', 'findOneAndReplace', 'findOneAndUpdate', 'replaceOne', 'updateMany', 'updateOne',
];

// Package's file -> [language, package, what has the methods, their names, the query of their arguments]
const PLACES = [
  [/^xpath\/xpath\.js$/, 'xpath', 'xpath', (exports) => exports,
    ['select', 'select1', 'selectWithResolver', 'evaluate', 'parse'], ([query]) => query],
  [/^ldapts\/dist\/index\.(?:c?js)$/, 'ldap', 'ldapts', (exports) => exports.Client.prototype,
    ['search', 'searchPaginated'], ([, options]) => options?.filter],
  [/^ldapjs\/lib\/client\/client\.js$/, 'ldap', 'ldapjs', (exports) => exports.prototype,
    ['search'], ([, options]) => (typeof options === 'string' ? options : options?.filter)],
  [/^mongodb\/lib\/collection\.js$/, 'mongo', 'mongodb', (exports) => exports.Collection.prototype,
    MONGO, ([query]) => query],
  [/^mongodb\/lib\/collection\.js$/, 'mongo', 'mongodb', (exports) => exports.Collection.prototype,
    ['distinct'], ([, query]) => query],
];

// A Mongo filter as JSON values.
function plain(value, depth = 0) {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value !== 'object' || depth >= DEPTH) return text(value);
  if (Array.isArray(value)) return value.slice(0, ITEMS).map((item) => plain(item, depth + 1));
  const members = Object.entries(value).slice(0, ITEMS);
  return Object.fromEntries(members.map(([key, item]) => [key, plain(item, depth + 1)]));
}

function asked(language, operation, query) {
  if (query === undefined || query === null) return null;
  return ['query', operation, { language, query: language === 'mongo' ? plain(query) : text(query) }];
}

function install() {
  for (const [pattern, language, driver, owner, names, queryOf] of PLACES) {
    afterLoad(pattern, (exports) => {
      for (const name of names) {
        hook(owner(exports), name, (args) => asked(language, `${driver}.${name}`, queryOf(args)));
      }
    });
  }
}

module.exports = { install };
