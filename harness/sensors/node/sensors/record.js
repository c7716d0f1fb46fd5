'use strict';
// Writing records: a line of JSON each, at once, so that a crash loses none.

const { Buffer } = require('buffer');
const { writeSync } = require('fs');
const { URL } = require('url');
const { stringify } = JSON;

const LINES = 500;
const LINES_OF_A_PLACE = 100; // a loop must not use up what the rest of the call needs
const TEXT = 8192;

let fd = -1;
let left = LINES;
const ofPlace = new Map();

function openTo(descriptor) {
  fd = descriptor;
}

// A new invocation: its own allowance of lines.
function begin() {
  left = LINES;
  ofPlace.clear();
}

// A value as text of bounded length.
function text(value) {
  if (typeof value === 'string') return value.slice(0, TEXT);
  if (Buffer.isBuffer(value) || value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      .toString('utf8')
      .slice(0, TEXT);
  }
  if (value instanceof URL) return value.href.slice(0, TEXT);
  return String(value).slice(0, TEXT);
}

// Append one record, unless the call has used up its allowance.
function write(kind, fields) {
  if (left <= 0) return;
  left -= 1;
  append(kind, fields);
}

// Append one record.
function append(kind, fields) {
  if (fd < 0) return;
  try {
    writeSync(fd, stringify({ [kind]: fields }) + '\n');
  } catch {
    // A full file or an odd value: the record is lost, the function goes on.
  }
}

// Append the record of a sink, unless its place has had its share.
function writeSink(fields) {
  const place = `${fields.operation}\0${fields.file}\0${fields.line}`;
  const count = (ofPlace.get(place) ?? 0) + 1;
  ofPlace.set(place, count);
  if (count <= LINES_OF_A_PLACE) write('sink', fields);
}

module.exports = { openTo, begin, text, append, write, writeSink };
