'use strict';
// The fast runtime client for Node.js: what AWS's aws-lambda-ric does, over frames on one socket.
//
// The main program of the function's process under Node.js 18 and later, without dependencies. Its
// behaviour follows aws-lambda-ric 3, and one suite of tests is held against both.
//
// Argument: one JSON object {"fd"}: the socket. Environment: FAASFUZZ_SENSOR_FD when there are
// sensors, FAASFUZZ_IMPORTS when the code has ES modules, FAASFUZZ_FUNCTION_ARN. The frames
// are described in ../python/client.py and read and written in runtime/connection.js.

const { Connection, READY, INIT_ERROR } = require('./runtime/connection.js');
const { Invocations } = require('./runtime/invocations.js');
const { load } = require('./runtime/handler.js');
const { asReported, UnhandledPromiseRejection } = require('./runtime/errors.js');
const logging = require('./runtime/logging.js');

const stringify = JSON.stringify;
const exit = process.exit.bind(process);

function loadSensors() {
  const fd = process.env.FAASFUZZ_SENSOR_FD;
  delete process.env.FAASFUZZ_SENSOR_FD;
  if (fd === undefined) return null;
  const sensors = require('./sensors/index.js');
  sensors.install(Number(fd), process.env.LAMBDA_TASK_ROOT);
  return sensors;
}

function main() {
  const settings = JSON.parse(process.argv[2]);
  process.argv.splice(1, process.argv.length, '/var/runtime/index.mjs');
  const arn = process.env.FAASFUZZ_FUNCTION_ARN;
  delete process.env.FAASFUZZ_FUNCTION_ARN;
  const connection = new Connection(settings.fd);
  logging.patchConsole();

  const failedInit = (error, code) => {
    connection.send(INIT_ERROR, stringify(asReported(error)), 0, 0);
    exit(code);
  };
  const onError = { exception: (e) => failedInit(e, 129), rejection: (e) => failedInit(e, 128) };
  process.on('uncaughtException', (error) => {
    logging.logError('Uncaught Exception', error);
    onError.exception(error);
  });
  process.on('unhandledRejection', (reason, promise) => {
    const error = new UnhandledPromiseRejection(reason, promise);
    logging.logError('Unhandled Promise Rejection', error);
    onError.rejection(error);
  });

  const imports = process.env.FAASFUZZ_IMPORTS;
  delete process.env.FAASFUZZ_IMPORTS;
  if (imports !== undefined) require('./runtime/imports.js').install();
  const sensors = loadSensors();
  load(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER).then(
    (loaded) => {
      if (sensors !== null) sensors.ready();
      const used = process.cpuUsage();
      connection.send(READY, '', process.uptime() * 1e9, (used.user + used.system) * 1e3);
      new Invocations(connection, loaded, sensors, arn, onError).start();
    },
    (error) => {
      logging.logError('Uncaught Exception', error);
      failedInit(error, 1);
    },
  );
}

main();
