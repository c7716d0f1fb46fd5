'use strict';
// Loaded by --require in front of the unmodified aws-lambda-ric: installs the sensors.
//
// Environment: FAASFUZZ_SENSOR_FD, when there are any; gone before the handler's module is loaded.
// The client says by this symbol that a call begins; of its end nothing is to be known, so there is
// no learning and no coverage.

const REQUEST_ID = Symbol.for('aws.lambda.runtime.requestId');

const fd = process.env.FAASFUZZ_SENSOR_FD;
delete process.env.FAASFUZZ_SENSOR_FD;
const imports = process.env.FAASFUZZ_IMPORTS;
delete process.env.FAASFUZZ_IMPORTS;
if (imports !== undefined) require('./runtime/imports.js').install();
if (fd !== undefined) {
  const sensors = require('./sensors/index.js');
  sensors.install(Number(fd), process.env.LAMBDA_TASK_ROOT);
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
}
