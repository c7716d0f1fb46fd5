'use strict';
// The response stream of a handler made by awslambda.streamifyResponse.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html

const { Buffer } = require('buffer');
const { Writable } = require('stream');
const errors = require('./errors.js');

const PRELUDE = 'application/vnd.awslambda.http-integration-response';
const stringify = JSON.stringify;

class HttpResponseStream {
  // Status, headers and cookies go in front of the body, with eight zero bytes between.
  static from(stream, prelude) {
    stream.setContentType(PRELUDE);
    const told = stringify(prelude);
    stream._onBeforeFirstWrite = (write) => {
      write(told);
      write(new Uint8Array(8));
    };
    return stream;
  }
}

class ResponseStream extends Writable {
  constructor(highWaterMark) {
    super(highWaterMark === undefined ? {} : { highWaterMark });
    this.chunks = [];
    this.begun = false;
  }

  setContentType() {
    if (this.begun) {
      throw new errors.InvalidStreamingOperation('Cannot set content-type, too late.');
    }
  }

  write(chunk, ...rest) {
    if (typeof chunk !== 'string' && !Buffer.isBuffer(chunk) && chunk?.constructor !== Uint8Array) {
      chunk = stringify(chunk);
    }
    if (!this.begun && typeof this._onBeforeFirstWrite === 'function') {
      this._onBeforeFirstWrite((first) => this.chunks.push(Buffer.from(first)));
    }
    this.begun = true;
    return super.write(chunk, ...rest);
  }

  _write(chunk, encoding, done) {
    this.chunks.push(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk));
    done();
  }
}

module.exports = { HttpResponseStream, ResponseStream };
