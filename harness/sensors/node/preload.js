'use strict';
// Loaded by --require in front of the unmodified aws-lambda-ric: installs the sensors.
//
// Environment: FAASFUZZ_SENSOR_FD, when there are any; gone before the handler's module is loaded.

const fd = process.env.FAASFUZZ_SENSOR_FD;
delete process.env.FAASFUZZ_SENSOR_FD;
const imports = process.env.FAASFUZZ_IMPORTS;
delete process.env.FAASFUZZ_IMPORTS;
if (imports !== undefined) require('./runtime/imports.js').install();
if (fd !== undefined) require('./unmodified.js')(Number(fd));
