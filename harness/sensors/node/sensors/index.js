'use strict';
// Sensors inside the function's process: what dangerous operations it did, and what it read.
//
// No dependencies, Node.js 18 and later. Nothing here may change what the handler sees or does:
// sensors look at arguments, never at results, and whatever goes wrong inside a sensor is dropped,
// because a fault of ours must not become a fault of the function under test.

const coverage = require('./coverage.js');
const frames = require('./frames.js');
const inspector = require('./inspecting.js');
const learning = require('./learn/index.js');
const loading = require('./loading.js');
const prototypes = require('./sinks/prototypes.js');
const record = require('./record.js');
const { syncBuiltinESMExports } = require('module');

const SINKS = ['processes', 'files', 'network', 'code', 'sql', 'queries', 'templates'];

// Start recording to a descriptor, before the handler's module is loaded.
function install(fd, root) {
  record.openTo(fd);
  frames.setTaskRoot(root);
  inspector.start();
  for (const name of SINKS) require(`./sinks/${name}.js`).install();
  loading.install();
  learning.install();
  syncBuiltinESMExports();
  if (process.env.FAASFUZZ_COVERAGE === '1') coverage.install();
  delete process.env.FAASFUZZ_COVERAGE;
}

// The handler's module is loaded: what it made of the prototypes is its own.
function ready() {
  prototypes.remember();
}

function begin() {
  safely(record.begin);
}

// The call is over; told before its answer is.
function end() {
  safely(learning.unlearn);
  safely(prototypes.compare);
  safely(coverage.tell);
}

function safely(step) {
  try {
    step();
  } catch {
    // The handler has changed what we are made of: its answer counts.
  }
}

module.exports = { install, ready, begin, end, learn: learning.learn };
