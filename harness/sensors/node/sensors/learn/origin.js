'use strict';
// What a learning invocation knows: whether it is on, and where each text and object came from.

const record = require('../record.js');
const { stringify } = JSON;

const SHORTEST = 3;
const TABLE = 4000;
const CUT = 500;

const state = {
  on: false, // a learning invocation is under way
  inside: false, // a decoder or a note runs: one may be written with another
};
let byText = new Map(); // how a text is recognised after it left its container
let byObject = new WeakMap(); // buffers, lists and containers that came of the event
let noted = new Set();

function begin() {
  byText = new Map();
  byObject = new WeakMap();
  noted = new Set();
  state.on = true;
}

function end() {
  state.on = false;
  byText.clear();
}

const escape = (key) => key.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('!', '~2');

// Runs code of ours: what it does with texts and objects is not the handler's doing.
function within(run) {
  const before = state.inside;
  state.inside = true;
  try {
    return run();
  } finally {
    state.inside = before;
  }
}

// Write a read record, once for each address, kind and value.
function note(address, kind, value) {
  if (!state.on) return;
  within(() => {
    try {
      const shown = typeof value === 'string' ? value.slice(0, CUT) : value;
      const key = stringify([address, kind, shown]);
      if (noted.has(key)) return;
      noted.add(key);
      const fields = { address, kind };
      if (shown !== undefined && shown !== null) {
        fields.value = ['string', 'number', 'boolean'].includes(typeof shown)
          ? shown
          : String(shown);
      }
      record.write('read', fields);
    } catch {
      // Noting must never disturb the handler.
    }
  });
}

// Remember where a text or an object came from. The first to bring a text keeps it.
function register(value, address) {
  within(() => remember(value, address));
}

function remember(value, address) {
  if (typeof value === 'string') {
    if (value.length >= SHORTEST && byText.size < TABLE && !byText.has(value)) {
      byText.set(value, address);
    }
  } else if (value !== null && typeof value === 'object') byObject.set(value, address);
}

// The address that a value came from, undefined when it is not the event's.
function addressOf(value) {
  if (!state.on) return undefined;
  if (typeof value === 'string') {
    if (value.length < SHORTEST) return undefined;
    return within(() => byText.get(value) ?? byText.get(value.trim()));
  }
  if (value === null || typeof value !== 'object') return undefined;
  return within(() => byObject.get(value));
}

module.exports = { state, begin, end, escape, within, note, register, addressOf };
