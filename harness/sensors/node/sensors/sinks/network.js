'use strict';
// Outgoing connections, except those to the local cloud.

const dgram = require('dgram');
const dns = require('dns');
const http = require('http');
const https = require('https');
const http2 = require('http2');
const net = require('net');
const tls = require('tls');
const { hook, telling } = require('../telling.js');
const { text } = require('../record.js');

const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1', '[::1]']);
const NAMES = ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveAny', 'resolveCname',
  'resolveMx', 'resolveTxt', 'resolveSrv'];

const placed = (host, port) => {
  const name = String(host ?? 'localhost').toLowerCase();
  return `${LOOPBACK.has(name) ? 'localhost' : name}:${port}`;
};

function cloudPlace() {
  try {
    const { hostname, port } = new URL(process.env.AWS_ENDPOINT_URL);
    return placed(hostname, port);
  } catch {
    return null;
  }
}

const CLOUD = cloudPlace();

function connected(operation, host, port) {
  if (placed(host, port) === CLOUD) return null;
  return ['socket', operation, { host: text(host ?? 'localhost'), port: port ?? null }];
}

function requested(operation, url, method, headers, data) {
  if (CLOUD !== null) {
    try {
      const { hostname, port } = new URL(url);
      if (placed(hostname, port) === CLOUD) return null;
    } catch {
      // No URL at all: worth a record.
    }
  }
  return ['socket', operation, { url: text(url), method, headers: text(headers), data }];
}

// http.request(url[, options]) and http.request(options): the URL that comes of them.
function requestOf(scheme, args) {
  const [first, second] = args;
  const given = typeof first === 'string' || first instanceof URL;
  const options = (given ? second : first) ?? {};
  let url;
  if (given) url = new URL(String(first));
  else {
    const name = options.hostname ?? options.host ?? 'localhost';
    const host = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name;
    const port = options.port ?? options.defaultPort;
    url = `${options.protocol ?? scheme}//${host}${port ? `:${port}` : ''}${options.path ?? '/'}`;
  }
  return { url: String(url), method: options.method ?? 'GET', headers: options.headers };
}

function headersText(headers) {
  try {
    return headers === undefined ? '' : JSON.stringify(Object.fromEntries(new Headers(headers)));
  } catch {
    return ''; // fetch refuses them too
  }
}

function fetched([input, options]) {
  const request = typeof input === 'object' && input !== null && 'url' in input ? input : null;
  const url = request === null ? String(input) : request.url;
  const { body } = options ?? {};
  return requested(
    'fetch',
    url,
    String(options?.method ?? request?.method ?? 'GET'),
    headersText(options?.headers ?? request?.headers),
    typeof body === 'string' ? text(body) : null,
  );
}

// net.connect(port, host), net.connect(path) and net.connect(options), already normalised or not.
function socketOf(operation, args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (typeof first === 'object' && first !== null) {
    return first.path ? null : connected(operation, first.host, first.port);
  }
  if (Number.isNaN(Number(first))) return null; // a local socket
  return connected(operation, typeof second === 'string' ? second : undefined, Number(first));
}

function install() {
  for (const [module, scheme] of [[http, 'http:'], [https, 'https:']]) {
    for (const name of ['request', 'get']) {
      hook(module, name, (args) => {
        const { url, method, headers } = requestOf(scheme, args);
        return requested(`${scheme.slice(0, -1)}.${name}`, url, method, headersText(headers), null);
      });
    }
  }
  hook(http2, 'connect', ([authority]) => requested('http2.connect', authority, null, '', null));
  hook(net.Socket.prototype, 'connect', (args) => socketOf('net.connect', args));
  hook(tls, 'connect', (args) => socketOf('tls.connect', args));
  hook(dgram.Socket.prototype, 'send', (args) => {
    const numbers = args.slice(1).filter((value) => typeof value === 'number');
    return connected('dgram.send', args.findLast?.((v) => typeof v === 'string'), numbers.at(-1));
  });
  for (const name of NAMES) {
    hook(dns, name, ([host]) => connected(`dns.${name}`, host, null));
    hook(dns.promises, name, ([host]) => connected(`dns.promises.${name}`, host, null));
  }
  if (typeof globalThis.fetch === 'function') {
    const property = Object.getOwnPropertyDescriptor(globalThis, 'fetch');
    const value = telling(globalThis.fetch, fetched);
    const enumerable = property?.enumerable ?? true;
    Object.defineProperty(globalThis, 'fetch', {
      value, enumerable, configurable: true, writable: true,
    });
  }
}

module.exports = { install };
