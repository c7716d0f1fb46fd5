'use strict';
// Errors as Lambda's Node.js runtime reports and logs them (aws-lambda-ric, Errors.js).

const { types } = require('util');
const stringify = JSON.stringify;

function looksLikeError(value) {
  return (
    value &&
    ['name', 'message', 'stack'].every((key) => value[key] && typeof value[key] === 'string')
  );
}

// {errorType, errorMessage, trace}: no frame of ours in the trace.
function asReported(error) {
  try {
    if (types.isNativeError(error) || looksLikeError(error)) {
      return {
        errorType: error.name?.replace(/\x7F/g, '%7F'),
        errorMessage: error.message?.replace(/\x7F/g, '%7F'),
        trace: error.stack.replace(/\x7F/g, '%7F').split('\n').filter(foreign),
      };
    }
    return { errorType: typeof error, errorMessage: error.toString(), trace: [] };
  } catch {
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
    };
  }
}

const OWN = require('path').dirname(__dirname) + '/';
const foreign = (line) => !(line.startsWith('    at ') && line.includes(OWN));

function asLogged(error) {
  try {
    return '\t' + stringify(error, (_key, value) => withEnumerableProperties(value));
  } catch {
    return '\t' + stringify(asReported(error));
  }
}

function withEnumerableProperties(error) {
  if (!(error instanceof Error)) return error;
  const told = Object.assign(
    { errorType: error.name, errorMessage: error.message, code: error.code },
    error,
  );
  if (typeof error.stack === 'string') told.stack = error.stack.split('\n').filter(foreign);
  return told;
}

const intoError = (value) => (value instanceof Error ? value : new Error(value));

class UnhandledPromiseRejection extends Error {
  constructor(reason, promise) {
    super(reason);
    this.reason = reason;
    this.promise = promise;
  }
}

const CLASSES = {
  ImportModuleError: class ImportModuleError extends Error {},
  HandlerNotFound: class HandlerNotFound extends Error {},
  MalformedHandlerName: class MalformedHandlerName extends Error {},
  UserCodeSyntaxError: class UserCodeSyntaxError extends Error {},
  MalformedStreamingHandler: class MalformedStreamingHandler extends Error {},
  InvalidStreamingOperation: class InvalidStreamingOperation extends Error {},
  UnhandledPromiseRejection,
};
for (const [name, made] of Object.entries(CLASSES)) made.prototype.name = `Runtime.${name}`;

module.exports = { asReported, asLogged, intoError, ...CLASSES };
