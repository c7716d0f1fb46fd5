'use strict';
// Loaded by NODE_OPTIONS in a container: installs the sensors and leaves no trace of it.
//
// Environment: FAASFUZZ_RECORDS is the file they write to; an empty line there says that they are
// alive. It is gone before the handler's module is loaded, as are our parts of NODE_OPTIONS and of
// PYTHONPATH (FAASFUZZ_SITE), which children of the function must not inherit.

const { constants, openSync, writeSync } = require('fs');

// A list in a variable without our entry; the variable goes where nothing is left.
function giveWay(name, separator, own) {
  const given = process.env[name];
  if (given === undefined) return;
  const rest = given.split(separator).filter((entry) => entry !== '' && entry !== own);
  if (rest.length > 0) process.env[name] = rest.join(separator);
  else delete process.env[name];
}

const file = process.env.FAASFUZZ_RECORDS;
if (file !== undefined) {
  giveWay('NODE_OPTIONS', ' ', `--require=${__filename}`);
  giveWay('PYTHONPATH', ':', process.env.FAASFUZZ_SITE);
  for (const name of ['RECORDS', 'SENSORS', 'SITE']) delete process.env[`FAASFUZZ_${name}`];
  const fd = openSync(file, constants.O_WRONLY | constants.O_APPEND);
  require('./unmodified.js')(fd);
  writeSync(fd, '\n');
}
