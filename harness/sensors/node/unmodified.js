'use strict';
// Sensors around a runtime client that is not ours, such as the unmodified aws-lambda-ric.
//
// The client says by this symbol that a call begins; of its end nothing is to be known, so there is
// no learning and no coverage.

const sensors = require('./sensors/index.js');

const REQUEST_ID = Symbol.for('aws.lambda.runtime.requestId');

// Record to a descriptor what the application below LAMBDA_TASK_ROOT does.
module.exports = function watch(fd) {
  sensors.install(fd, process.env.LAMBDA_TASK_ROOT);
  let id;
  Object.defineProperty(globalThis, REQUEST_ID, {
    configurable: true,
    enumerable: true,
    get: () => id,
    set: (value) => {
      id = value;
      sensors.begin();
    },
  });
};
