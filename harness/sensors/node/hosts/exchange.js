'use strict';
// One HTTP request to a server of this process, over a pipe in its memory: no port is opened, and
// Node.js's own server and client are at its ends (https://nodejs.org/api/http.html#event-connection).

const { request } = require('http');
const { Duplex } = require('stream');

// What a connection says and hides of itself: these never reach a function, or never left one.
const OF_THE_LINE = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const UNSENDABLE = new Set([
  'ERR_INVALID_CHAR',
  'ERR_INVALID_HTTP_TOKEN',
  'ERR_UNESCAPED_CHARACTERS',
]);
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

class End extends Duplex {
  remoteAddress = '127.0.0.1';
  other = null;

  _read() {}

  _write(chunk, _encoding, done) {
    if (!this.other.readableEnded) this.other.push(chunk);
    done();
  }

  _final(done) {
    this.other.push(null);
    done();
  }

  _destroy(error, done) {
    if (!this.other.destroyed) this.other.push(null);
    done(error);
  }

  // What an http.Server, or a function through `req.socket`, asks of a real one.
  setTimeout() {
    return this;
  }

  setNoDelay() {
    return this;
  }

  setKeepAlive() {
    return this;
  }
}

function pipe() {
  const ends = [new End(), new End()];
  [ends[0].other, ends[1].other] = [ends[1], ends[0]];
  return ends;
}

const asBytes = (text) => Buffer.from(text, 'utf8').toString('latin1');
const percent = (text) =>
  Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');

// The answer of `server` as the caller gets it; `headers` are pairs, `body` is a text. What HTTP
// cannot carry is answered as a front end does, 400. Rejects when the connection ends without one.
function exchange(server, { method, path, headers, body }) {
  const bytes = Buffer.from(body, 'utf8');
  const sent = { host: 'localhost', 'content-length': bytes.length };
  for (const [name, value] of headers) {
    if (!OF_THE_LINE.has(name.toLowerCase())) sent[name.toLowerCase()] = asBytes(value);
  }
  return new Promise((resolve, reject) => {
    const [ours, theirs] = pipe();
    const escaped = path.replace(/[^!-~]+/gu, percent);
    const options = { method, path: escaped, headers: sent, createConnection: () => ours };
    let made;
    try {
      made = request(options);
    } catch (error) {
      if (UNSENDABLE.has(error.code)) resolve({ statusCode: 400, headers: {}, body: '' });
      else reject(error);
      return;
    }
    made.on('error', reject);
    made.on('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve(asAnswer(response, Buffer.concat(chunks))));
    });
    server.emit('connection', theirs);
    made.end(bytes);
  });
}

function asAnswer(response, bytes) {
  const told = { statusCode: response.statusCode, headers: {}, body: '' };
  for (const [name, value] of Object.entries(response.headers)) {
    if (name === 'set-cookie') told.cookies = value;
    else if (name !== 'date' && !OF_THE_LINE.has(name)) told.headers[name] = value;
  }
  try {
    told.body = strict.decode(bytes);
  } catch {
    told.body = bytes.toString('base64');
    told.isBase64Encoded = true;
  }
  return told;
}

module.exports = { exchange, percent };
