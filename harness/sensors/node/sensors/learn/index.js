'use strict';
// Learning invocations: an event that tells which of its fields are read, decoded and compared.

const comparisons = require('./comparisons.js');
const decoders = require('./decoders.js');
const objects = require('./objects.js');
const origin = require('./origin.js');
const patches = require('./patches.js');
const { wrap } = require('./recording.js');

// Before the handler's module is loaded.
function install() {
  decoders.install();
  comparisons.install();
  objects.install();
}

// A recording stand-in for the event; `extra` are texts by address that belong to it.
function learn(event, extra) {
  try {
    origin.begin();
    objects.begin(extra);
    for (const [address, text] of Object.entries(extra)) origin.register(text, address);
    const recording = wrap(event, '');
    patches.exchange();
    comparisons.begin();
    return recording;
  } catch {
    unlearn();
    return event;
  }
}

// The learning invocation is over.
function unlearn() {
  if (!origin.state.on) return;
  origin.end();
  patches.putBack();
  comparisons.end();
}

module.exports = { install, learn, unlearn };
