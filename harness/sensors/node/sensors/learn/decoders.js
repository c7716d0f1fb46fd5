'use strict';
// Decoders of the standard library, which note that a value of the event was decoded and give the
// result on as a recording value of its own.

const querystring = require('querystring');
const util = require('util');
const v8 = require('v8');
const zlib = require('zlib');
const { addressOf, escape, note, register, within } = require('./origin.js');
const { afterLoad } = require('../loading.js');
const { plussed } = require('./comparisons.js');
const { patch, stand } = require('./patches.js');
const { isOurs, unwrapped, wrap } = require('./recording.js');

const LARGEST = 1 << 20;
const UNPACKED = { gunzip: 'gzip', unzip: 'gzip', inflate: 'zlib' };
const strict = new TextDecoder('utf-8', { fatal: true });

// A decoded value that is recognised from here on.
function followed(result, inside) {
  if (typeof result === 'string') register(result, inside);
  else if (result instanceof Uint8Array) {
    register(result, inside);
    within(() => {
      try {
        if (result.length < LARGEST) register(strict.decode(result), inside);
      } catch {
        // Binary: it is recognised as bytes only.
      }
    });
  } else return wrap(result, inside);
  return result;
}

// A function of one value which decodes; `codec` may depend on the address.
function decoding(codec) {
  return ([value, ...rest], _self, run) => {
    const address = addressOf(value);
    if (address === undefined) return run();
    const name = typeof codec === 'function' ? codec(address) : codec;
    note(address, 'decode', name);
    return followed(run([value, ...rest], true), `${address}!${name}`);
  };
}

function decodingLater(codec) {
  return ([value, ...rest], _self, run) => {
    const address = addressOf(value);
    const callback = rest.pop();
    if (address === undefined || typeof callback !== 'function') return run();
    note(address, 'decode', codec);
    const taken = function (error, result, ...more) {
      const given = error ? result : followed(result, `${address}!${codec}`);
      return Reflect.apply(callback, this, [error, given, ...more]);
    };
    return run([value, ...rest, taken]);
  };
}

function bufferFrom([value, encoding], _self, run) {
  const address = addressOf(value);
  const result = run();
  if (address === undefined) return result;
  const codec = String(encoding ?? 'utf8').toLowerCase();
  if (['base64', 'base64url', 'hex'].includes(codec)) {
    note(address, 'decode', codec);
    return followed(result, `${address}!${codec}`);
  }
  register(result, address);
  return result;
}

function formOf(text) {
  const address = addressOf(text);
  return address ?? (typeof text === 'string' ? addressOf(`?${text}`) : undefined);
}

function searchParams([value], _self, run) {
  const made = run();
  const address = typeof value === 'string' ? formOf(value) : undefined;
  if (address === undefined) return made;
  note(address, 'decode', 'form');
  register(made, `${address}!form`);
  within(() => {
    for (const [key, text] of made) register(text, `${address}!form/${escape(key)}`);
  });
  return made;
}

function parameterRead([key], self, run) {
  const address = addressOf(self);
  if (address !== undefined) {
    const there = within(() => self.has(key));
    note(`${address}/${escape(String(key))}`, there ? 'present' : 'missing');
  }
  return run();
}

// Those that refuse a proxy are given a value without any, those that show one the value in it.
const copied = ([value, ...rest], _self, run) => run([unwrapped(value), ...rest]);
const shown = (args, _self, run) =>
  run(args.map((value) => (isOurs(value) ? unwrapped(value) : value)));

function install() {
  // Often taken out of their modules when the handler is loaded: these stay exchanged.
  JSON.parse = stand(JSON.parse, decoding('json'));
  JSON.stringify = stand(JSON.stringify, (args, _self, run) => run(args, true));
  querystring.parse = querystring.decode = stand(querystring.parse, decoding('form'));
  for (const [name, codec] of Object.entries(UNPACKED)) {
    zlib[`${name}Sync`] = stand(zlib[`${name}Sync`], decoding(codec));
    zlib[name] = stand(zlib[name], decodingLater(codec));
  }
  v8.serialize = stand(v8.serialize, copied);
  for (const name of ['format', 'formatWithOptions', 'inspect']) {
    util[name] = stand(util[name], shown);
  }
  util.types.isProxy = stand(util.types.isProxy, ([value], _self, run) =>
    isOurs(value) ? false : run(),
  );
  afterLoad(/^cookie\/(?:dist\/)?index\.js$/, (exports) => {
    for (const name of ['parse', 'parseCookie']) {
      if (typeof exports[name] === 'function') {
        exports[name] = stand(exports[name], decoding('cookie'));
      }
    }
  });
  // DynamoDB's mappings, in plain values. Some versions export what cannot be written over.
  afterLoad(/^@aws-sdk\/util-dynamodb\/dist-cjs\/index\.js$/, (exports) => {
    const told = stand(exports.unmarshall, decoding('dynamodb'));
    return new Proxy(exports, {
      get: (target, key) => (key === 'unmarshall' ? told : target[key]),
    });
  });
  patch(Buffer, 'from', bufferFrom);
  patch(globalThis, 'atob', decoding('base64'));
  patch(globalThis, 'decodeURIComponent', decoding((a) => (plussed.has(a) ? 'url' : 'percent')));
  patch(globalThis, 'unescape', decoding('percent'));
  patch(globalThis, 'structuredClone', copied);
  patch(globalThis, 'URLSearchParams', searchParams);
  for (const name of ['get', 'getAll', 'has']) {
    patch(URLSearchParams.prototype, name, parameterRead);
  }
  patch(Object, 'fromEntries', ([given], _self, run) => {
    const address = given instanceof URLSearchParams ? addressOf(given) : undefined;
    return address === undefined ? run() : wrap(run(), address);
  });
}

module.exports = { install };
