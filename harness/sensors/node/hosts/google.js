'use strict';
// Google's Functions Framework, its own program, called as the platform calls it over HTTP.
//
// Our client loads this as a Lambda handler. CloudEvents arrive in binary mode
// (https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md),
// background events of the first generation as their JSON. The framework's `main` starts as on the
// platform; only its server does not listen, and what a function throws is handed to our client.

const http = require('http');
const path = require('path');
const { createRequire } = require('module');
const { pathToFileURL } = require('url');
const { HandlerNotFound } = require('../runtime/errors.js');
const { state, within } = require('../sensors/learn/origin.js');
const { unwrapped, wrap } = require('../sensors/learn/recording.js');
const { exchange, percent } = require('./exchange.js');

const FRAMEWORK = '@google-cloud/functions-framework';
const DOCUMENT = /^google\.cloud\.firestore\./;
const { parse, stringify } = JSON;
const { clearInterval, setInterval, URLSearchParams } = globalThis;
const { isArray } = Array;

const call = { event: null, fail: null }; // the one under way

const isMapping = (value) => value !== null && typeof value === 'object' && !isArray(value);
const asText = (value) => (typeof value === 'string' ? value : stringify(value));

// Of the recording event, what a function is given in its place: only while the two are the same.
function held(value, recording) {
  if (recording === undefined) return value;
  return stringify(value) === stringify(unwrapped(recording)) ? recording : value;
}

// A body that the framework has parsed, as a function that parses it itself would have it.
function decoded(value, text) {
  try {
    if (typeof text !== 'string' || stringify(value) !== stringify(parse(text))) return value;
    state.inside = false;
    return parse(text);
  } catch {
    return value; // No JSON: a form.
  } finally {
    state.inside = true;
  }
}

// The arguments of a function with the event's own fields in them, so that what is read is seen.
const FOLLOWED = {
  http([request, ...rest]) {
    const { event } = call;
    if ('method' in event && 'headers' in event) {
      request.headers = wrap({ ...request.headers }, '/headers');
      if (isMapping(event.query)) {
        const query = { value: event.query, writable: true, enumerable: true, configurable: true };
        Object.defineProperty(request, 'query', query);
      }
      if (typeof request.body === 'object') request.body = decoded(request.body, event.body);
    } else request.body = held(request.body, event);
    return [request, ...rest];
  },
  cloudevent([given, ...rest]) {
    return [wrap({ ...given, data: held(given.data, call.event.data) }, ''), ...rest];
  },
  event([data, context, ...rest]) {
    const { event } = call;
    const known = 'context' in event ? held(context, event.context) : wrap({ ...context }, '');
    return [held(data, event.data), known, ...rest];
  },
};

function followed(args, signature) {
  state.inside = false;
  if (!state.on || !isMapping(call.event) || !(signature in FOLLOWED)) return args;
  return within(() => FOLLOWED[signature](args));
}

// Everything by which a function may fail passes through this one of the framework's.
function catchFailures(logger, framework) {
  const { sendCrashResponse } = logger;
  logger.sendCrashResponse = (told) => {
    sendCrashResponse(told);
    if (told.statusOverride === undefined) call.fail(without(framework, told.err));
  };
}

// An error whose stack has no frame of the framework's: they tell nothing of the function.
function without(framework, error) {
  try {
    const lines = error.stack.split('\n');
    error.stack = lines.filter((line) => !line.includes(framework)).join('\n');
  } catch {
    // Frozen, or no error at all: it is told as it is.
  }
  return error;
}

// The framework's server, ready and not listening. Rejects with why the function cannot be loaded.
function served({ root, handler }) {
  const [file, name] = handler.split(':');
  const code = path.join(root, file);
  const own = createRequire(code);
  const framework = path.dirname(own.resolve(FRAMEWORK));
  const main = path.join(framework, 'main.js');
  const loader = own(path.join(framework, 'loader.js'));
  catchFailures(own(path.join(framework, 'logger.js')), framework);
  return new Promise((resolve, reject) => {
    const { getUserFunction } = loader;
    const found = async (...asked) => {
      const made = await getUserFunction(...asked);
      if (made === null) {
        await import(pathToFileURL(code).href); // throws what the framework has only printed
        throw new HandlerNotFound(`${name} of ${file} is undefined or not exported`);
      }
      http.Server.prototype.listen = function () {
        delete http.Server.prototype.listen;
        resolve(this);
        return this;
      };
      const userFunction = new Proxy(made.userFunction, {
        apply: (target, self, args) =>
          Reflect.apply(target, self, followed(args, made.signatureType)),
      });
      return { ...made, userFunction };
    };
    // `main` would end the process.
    const never = new Promise(() => {});
    loader.getUserFunction = (...asked) =>
      found(...asked).catch((error) => {
        reject(without(framework, error));
        return never;
      });
    process.argv[1] = main;
    own(main);
  });
}

// The request by which the platform brings an event.
function asRequest(event) {
  if (isMapping(event) && 'specversion' in event) {
    // Documents come as protocol buffers; as JSON only Firebase's emulator sends them, and so.
    if (!DOCUMENT.test(event.type)) return posted(...binary(event));
    return posted([['content-type', 'application/cloudevents+json']], stringify(event));
  }
  if (isMapping(event) && 'method' in event && 'headers' in event) {
    const pairs = isMapping(event.query)
      ? Object.entries(event.query).map(([name, value]) => [name, asText(value)])
      : [];
    const query = new URLSearchParams(pairs).toString();
    return {
      method: String(event.method),
      path: query === '' ? asText(event.path) : `${asText(event.path)}?${query}`,
      headers: Object.entries(event.headers).map(([name, value]) => [name, asText(value)]),
      body: event.body === undefined || event.body === null ? '' : asText(event.body),
    };
  }
  return posted([['content-type', 'application/json']], stringify(event));
}

const posted = (headers, body) => ({ method: 'POST', path: '/', headers, body });

// [headers, body] of a CloudEvent in binary mode: attributes in headers, data in the body.
function binary({ data, datacontenttype, ...attributes }) {
  const type = datacontenttype === undefined ? 'application/json' : asText(datacontenttype);
  const headers = Object.entries(attributes).map(([name, value]) => [
    `ce-${name}`,
    attribute(asText(value)),
  ]);
  headers.push(['content-type', type]);
  if (data === undefined) return [headers, ''];
  const plain = typeof data === 'string' && type !== 'application/json';
  return [headers, plain ? data : stringify(data)];
}

// Percent-encoded where the binding wants it: controls, space, quote, percent, not ASCII.
const attribute = (text) => text.replace(/[^!#$&-~]+/gu, percent);

async function loaded() {
  const told = parse(process.env.FAASFUZZ_HOST);
  delete process.env.FAASFUZZ_HOST;
  const server = await served(told);
  // One request. `event` is an HTTP request, a CloudEvent or a background event.
  const handle = (event) => {
    // A function that never answers is late, even when nothing is left to do.
    const waiting = setInterval(() => {}, 1 << 30);
    const answer = new Promise((resolve, reject) => {
      call.event = event;
      call.fail = reject;
      // What the framework compares and decodes on its way to the function is none of its reads.
      state.inside = true;
      exchange(server, asRequest(event)).then(resolve, reject);
    });
    return answer.finally(() => {
      state.inside = false;
      clearInterval(waiting);
    });
  };
  return { handle };
}

// A promise: our client waits for the module.
module.exports = loaded();
