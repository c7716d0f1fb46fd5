'use strict';
// console.* in Lambda's text and JSON formats (aws-lambda-ric, LogPatch.js).
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html

const util = require('util');
const { asLogged, intoError } = require('./errors.js');
const stringify = JSON.stringify;

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const REQUEST_ID = Symbol.for('aws.lambda.runtime.requestId');

const setRequestId = (id) => {
  globalThis[REQUEST_ID] = id;
};

function textLine(level, message, ...params) {
  const now = new Date().toISOString();
  return `${now}\t${globalThis[REQUEST_ID]}\t${level}\t${util.format(message, ...params)}`;
}

function described(error) {
  const stack = error.stack;
  return {
    errorType: error?.constructor?.name ?? 'UnknownError',
    errorMessage: error.message,
    stackTrace: typeof stack === 'string' ? stack.split('\n') : stack,
  };
}

function jsonLine(level, ...params) {
  const told = { timestamp: new Date().toISOString(), level, requestId: globalThis[REQUEST_ID] };
  if (params.length === 1) {
    told.message = params[0];
    try {
      return stringify(told, (_key, value) =>
        value instanceof Error ? Object.assign(described(value), value) : value,
      );
    } catch {
      told.message = util.format(told.message);
      return stringify(told);
    }
  }
  told.message = util.format(...params);
  const error = params.find((param) => param instanceof Error);
  if (error !== undefined) Object.assign(told, described(error));
  return stringify(told);
}

let logError = () => {};

function patchConsole() {
  const json = process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON';
  const line = json ? jsonLine : textLine;
  const stdout = process.stdout;
  // A line feed within a message would begin another event.
  const write = (text) => stdout.write(text.replace(/\n/g, '\r') + '\n');
  const lowest = Math.max(0, LEVELS.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()));
  LEVELS.forEach((level, priority) => {
    const told = priority >= lowest || level === 'FATAL';
    console[level.toLowerCase()] = told
      ? (message, ...params) => {
          write(line(level, message, ...params));
        }
      : () => {};
  });
  console.log = console.info;
  const error = console.error;
  logError = json
    ? (_message, value) => error(intoError(value))
    : (message, value) => error(message, asLogged(intoError(value)));
}

module.exports = { patchConsole, setRequestId, logError: (...args) => logError(...args) };
