'use strict';
// The child's end of the socket, read and written while the process stands still.
//
// Between two calls a Lambda sandbox is frozen: timers and sockets that a handler left open go on
// only when the next call has come. A blocking read has the same effect.

const { Buffer } = require('buffer');
const { readSync, writeSync } = require('fs');
const kill = process.kill.bind(process);

const HEAD = 52; // u32 event length, u32 extra length, u64 deadline, 36 bytes request id
const CONTEXT = 1 << 30; // of the extra length: the extra is the client context
const REPLY = 21; // u8 kind, u32 length, u64 duration ns, u64 CPU ns
const RESPONSE_LIMIT = 6291556;
const KINDS = { READY: 0, ANSWER: 1, ERROR: 2, INIT_ERROR: 3, TOO_LARGE: 4, LAST_ERROR: 8 };

class Connection {
  constructor(fd) {
    this.fd = fd;
    this.buffer = Buffer.allocUnsafe(1 << 16);
  }

  // {id, deadline, extra, context, event}: deadline in epoch ms, the others JSON text.
  receive() {
    let buffer = this.buffer;
    let got = 0;
    let wanted = HEAD;
    let size = 0;
    let extra = 0;
    while (got < wanted) {
      const count = readSync(this.fd, buffer, got, buffer.length - got, null);
      if (count === 0) kill(process.pid, 'SIGKILL'); // the process ends with its harness
      got += count;
      if (wanted === HEAD && got >= HEAD) {
        size = buffer.readUInt32LE(0);
        extra = buffer.readUInt32LE(4) & ~CONTEXT;
        wanted = HEAD + extra + size;
        if (wanted > buffer.length) {
          const larger = Buffer.allocUnsafe(wanted);
          buffer.copy(larger, 0, 0, got);
          buffer = larger;
        }
      }
    }
    const more = buffer.toString('utf8', HEAD, HEAD + extra);
    const given = (buffer.readUInt32LE(4) & CONTEXT) !== 0;
    return {
      id: buffer.toString('latin1', 16, HEAD),
      deadline: Number(buffer.readBigUInt64LE(8)),
      extra: given ? '' : more,
      context: given ? more : '',
      event: buffer.toString('utf8', HEAD + extra, wanted),
    };
  }

  // body: text or bytes; duration and CPU time in nanoseconds.
  send(kind, body, duration, cpu) {
    let bytes = Buffer.from(body);
    if (bytes.length > RESPONSE_LIMIT) {
      kind = KINDS.TOO_LARGE;
      bytes = Buffer.from(String(bytes.length));
    }
    const frame = Buffer.allocUnsafe(REPLY + bytes.length);
    frame.writeUInt8(kind, 0);
    frame.writeUInt32LE(bytes.length, 1);
    frame.writeBigUInt64LE(BigInt(Math.round(duration)), 5);
    frame.writeBigUInt64LE(BigInt(Math.round(cpu)), 13);
    bytes.copy(frame, REPLY);
    let sent = 0;
    while (sent < frame.length) sent += writeSync(this.fd, frame, sent);
  }
}

module.exports = { Connection, ...KINDS };
