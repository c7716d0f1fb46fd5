'use strict';
// Find and load a handler by Lambda's rule (aws-lambda-ric, UserFunction.js): `dir/file.export.path`.
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html

const fs = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');
const errors = require('./errors.js');
const { HttpResponseStream } = require('./streaming.js');

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

function isModulePackage(folder) {
  if (folder.endsWith('/node_modules')) return false;
  const file = path.join(folder, 'package.json');
  if (fs.existsSync(file)) {
    try {
      const read = JSON.parse(fs.readFileSync(file));
      if (read) return read.type === 'module';
    } catch (error) {
      console.warn(
        `${file} cannot be read, it will be ignored for ES module detection purposes.`,
        error,
      );
      return false;
    }
  }
  return folder === '/' ? false : isModulePackage(path.resolve(folder, '..'));
}

const required = (file) => (fs.existsSync(file) ? require(file) : undefined);
const imported = async (file) =>
  fs.existsSync(file) ? import(pathToFileURL(file).href) : undefined;

async function loadModule(root, folder, name) {
  const place = path.resolve(root, folder, name);
  const plain = required(place);
  if (plain) return plain;
  const esm = fs.existsSync(place + '.js') && isModulePackage(path.dirname(place + '.js'));
  const loaded =
    (!esm && required(place + '.js')) ||
    (esm && (await imported(place + '.js'))) ||
    (await imported(place + '.mjs')) ||
    required(place + '.cjs');
  if (loaded) return loaded;
  return require(require.resolve(name, { paths: [root, path.resolve(root, folder)] }));
}

function defineGlobals() {
  const off = process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA;
  if (off === '1' || off === 'true') return;
  globalThis.awslambda = {
    streamifyResponse: (handler, options) => {
      handler[STREAMING] = 'response';
      if (typeof options?.highWaterMark === 'number') {
        handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
      }
      return handler;
    },
    HttpResponseStream,
  };
}

function isStreaming(handler) {
  const mark = handler[STREAMING];
  if (mark === undefined || mark === null || mark === false) return false;
  if (mark === 'response') return true;
  throw new errors.MalformedStreamingHandler('Only response streaming is supported.');
}

// {handler, streaming, highWaterMark} of a handler's name. Rejects with what Lambda would report.
async function load(root, name) {
  if (name.includes('..')) {
    throw new errors.MalformedHandlerName(
      `'${name}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const base = path.basename(name);
  const match = base.match(/^([^.]*)\.(.*)$/);
  if (!match) throw new errors.MalformedHandlerName('Bad handler');
  defineGlobals();
  let loaded;
  try {
    loaded = await loadModule(root, name.slice(0, name.indexOf(base)), match[1]);
  } catch (error) {
    if (error instanceof SyntaxError) throw new errors.UserCodeSyntaxError(error);
    if (error?.code === 'MODULE_NOT_FOUND') throw new errors.ImportModuleError(error);
    throw error;
  }
  const handler = match[2].split('.').reduce((nested, key) => nested && nested[key], loaded);
  if (!handler) throw new errors.HandlerNotFound(`${name} is undefined or not exported`);
  if (typeof handler !== 'function') {
    throw new errors.HandlerNotFound(`${name} is not a function`);
  }
  const mark = Number.parseInt(handler[HIGH_WATER_MARK], 10);
  return {
    handler,
    streaming: isStreaming(handler),
    highWaterMark: Number.isNaN(mark) ? undefined : mark,
  };
}

module.exports = { load };
