'use strict';
// Comparisons, conversions and misuse of the event's values, as far as the language lets them be
// seen: `===` and `switch` cannot.

const { addressOf, note, register, within, state } = require('./origin.js');
const { byApplication } = require('./caller.js');
const { patch } = require('./patches.js');
const { isOurs } = require('./recording.js');

const SOME = 20;
const OF_LISTS = new Set(['map', 'forEach', 'filter', 'reduce', 'some', 'every', 'find', 'push',
  'pop', 'shift', 'unshift', 'sort', 'reverse', 'join', 'flatMap', 'entries', 'findIndex']);
const PROBED = new Set(['then', 'toJSON', '$$typeof', 'nodeType', 'asymmetricMatch', 'inspect']);
const plussed = new Set(); // addresses in whose text `+` was made a space

const isConstant = (value) => typeof value === 'string' || typeof value === 'number';

function noteAll(address, values) {
  within(() => {
    let count = 0;
    for (const value of values) {
      if (isConstant(value) && value !== '') note(address, 'equals', value);
      if ((count += 1) >= SOME) return;
    }
  });
}

function noted(owner, name, kind) {
  patch(owner, name, ([value], self, run) => {
    const address = addressOf(String(self));
    if (address !== undefined && typeof value === 'string') note(address, kind, value);
    return run();
  });
}

// A text that still stands for the value of the address.
function derived(name) {
  patch(String.prototype, name, (args, self, run) => {
    const result = run();
    const address = addressOf(String(self));
    if (address === undefined) return result;
    if (Array.isArray(result)) {
      for (const part of result) register(part, address);
      register(result, address);
    } else register(result, address);
    return result;
  });
}

function matched(owner, name, textOf, patternOf) {
  patch(owner, name, (args, self, run) => {
    const address = addressOf(textOf(args, self));
    const pattern = patternOf(args, self);
    if (address !== undefined && pattern !== undefined) note(address, 'matches', pattern);
    return run();
  });
}

const sourceOf = (value) => (value instanceof RegExp ? within(() => value.source) : undefined);

function replaced(name) {
  patch(String.prototype, name, ([what, by], self, run) => {
    const result = run();
    const address = addressOf(String(self));
    if (address !== undefined && typeof result === 'string') {
      if (sourceOf(what)?.includes('=\\?')) {
        // What looks for `=?` decodes the words of a mail's header (RFC 2047).
        note(address, 'decode', 'encoded-word');
        if (result !== String(self)) register(result, `${address}!encoded-word`);
      }
      const plus = what === '+' || sourceOf(what) === '\\+' || sourceOf(what) === '[+]';
      if (plus && by === ' ') plussed.add(address);
      register(result, address);
    }
    return result;
  });
}

function cast(owner, name, kind) {
  patch(owner, name, ([value], _self, run) => {
    const address = addressOf(value);
    if (address !== undefined && typeof value === 'string') note(address, 'cast', kind);
    return run();
  });
}

function looked(owner, name, keysOf) {
  patch(owner, name, ([key, other], self, run) => {
    const [place, asked] = owner === Object ? [key, other] : [self, key];
    const address = addressOf(asked);
    if (address !== undefined && typeof asked === 'string') noteAll(address, keysOf(place));
    return run();
  });
}

const keysOfObject = (value) => within(() => Object.keys(Object(value)));
const keysOfTable = (value) => within(() => [...value.keys()]);

function listed(name) {
  patch(Array.prototype, name, ([value], self, run) => {
    const address = addressOf(value);
    if (address !== undefined && typeof value === 'string') noteAll(address, self);
    else if (isConstant(value) && value !== '') {
      // In a list of the event's, or in the pieces of one of its texts.
      const place = addressOf(self);
      if (place !== undefined) note(isOurs(self) ? `${place}/0` : place, 'equals', value);
    }
    return run();
  });
}

function install() {
  for (const [name, kind] of [['includes', 'contains'], ['indexOf', 'contains'],
    ['startsWith', 'startswith'], ['endsWith', 'endswith'], ['localeCompare', 'equals']]) {
    noted(String.prototype, name, kind);
  }
  for (const name of ['trim', 'trimStart', 'trimEnd', 'toLowerCase', 'toUpperCase', 'slice',
    'substring', 'normalize', 'split']) {
    derived(name);
  }
  replaced('replace');
  replaced('replaceAll');
  for (const name of ['match', 'matchAll', 'search']) {
    matched(String.prototype, name, (_args, self) => String(self), ([what]) => sourceOf(what));
  }
  for (const name of ['test', 'exec']) {
    matched(RegExp.prototype, name, ([value]) => value, (_args, self) => sourceOf(self));
  }
  patch(String.prototype, Symbol.iterator, (_args, self, run) => {
    const address = addressOf(String(self));
    // A package that goes through a text (to encode it) wants no list.
    if (address !== undefined && byApplication()) note(address, 'iterated');
    return run();
  });
  for (const owner of [globalThis, Number]) {
    cast(owner, 'parseInt', 'int');
    cast(owner, 'parseFloat', 'float');
  }
  cast(globalThis, 'BigInt', 'int');
  cast(globalThis, 'Number', 'float');
  cast(globalThis, 'isNaN', 'float');
  listed('includes');
  listed('indexOf');
  looked(Object, 'hasOwn', keysOfObject);
  looked(Object.prototype, 'hasOwnProperty', keysOfObject);
  for (const name of ['has', 'get']) looked(Map.prototype, name, keysOfTable);
  looked(Set.prototype, 'has', keysOfTable);
  // V8 takes what has a proxy for its last prototype for an object of no kind.
  patch(Object.prototype, 'toString', (_args, self, run) =>
    typeof self === 'string' || self instanceof String ? '[object String]' : run(),
  );
}

// What is asked of a text that ought to have been something else: a prototype behind the last one.
const asked = new Proxy(Object.prototype, {
  get(target, key, receiver) {
    if (typeof receiver === 'string' && typeof key === 'string' && state.on && !state.inside) {
      const address = addressOf(receiver);
      if (address !== undefined && !(key in target) && !PROBED.has(key)) {
        within(() => {
          if (byApplication()) note(address, OF_LISTS.has(key) ? 'sequence' : 'mapping', key);
        });
      }
    }
    return Reflect.get(target, key, receiver);
  },
});

function begin() {
  plussed.clear();
  Object.setPrototypeOf(String.prototype, asked);
}

function end() {
  Object.setPrototypeOf(String.prototype, Object.prototype);
}

module.exports = { install, begin, end, plussed };
