'use strict';
// Changes of the prototypes that every object shares, looked for after each call and put back.
//
// Only data is looked at: libraries add methods, an attacker's merge adds values (CWE-1321).

const { text, writeSink } = require('../record.js');

const WATCHED = { Object, Array, Function, String, Number, Boolean };
const { ownKeys } = Reflect;
const { getOwnPropertyDescriptor, defineProperty } = Object;

let before = [];

const plain = (property) => property !== undefined && 'value' in property;
const isData = (property) => plain(property) && typeof property.value !== 'function';

function remember() {
  before = Object.entries(WATCHED).map(([name, made]) => {
    const known = new Map();
    for (const key of ownKeys(made.prototype)) {
      known.set(key, getOwnPropertyDescriptor(made.prototype, key));
    }
    return [`${name}.prototype`, made.prototype, known];
  });
}

// Tell of own keys that are new or hold another value.
function compare() {
  for (const [name, owner, known] of before) {
    const keys = ownKeys(owner);
    for (const key of keys) {
      const now = getOwnPropertyDescriptor(owner, key);
      const old = known.get(key);
      if (!isData(now) || (old !== undefined && plain(old) && old.value === now.value)) continue;
      tellChange(name, key, now.value);
      if (old === undefined) delete owner[key];
      else defineProperty(owner, key, old);
    }
  }
}

function tellChange(name, key, value) {
  let shown;
  try {
    shown = typeof value === 'object' ? JSON.stringify(value) : text(value);
  } catch {
    shown = typeof value;
  }
  writeSink({
    category: 'prototype',
    operation: name,
    arguments: { object: name, key: text(key), value: text(shown) },
    file: null,
    line: null,
    function: null,
    through: [],
  });
}

module.exports = { remember, compare };
