'use strict';
// Files: what is opened, listed, moved or removed, and where that really is.

const { Buffer } = require('buffer');
const fs = require('fs');
const path = require('path');
const { fileURLToPath, URL } = require('url');
const { hook } = require('../telling.js');
const { text } = require('../record.js');

const { O_WRONLY, O_RDWR } = fs.constants;
const SKIPPED = ['/proc/', '/dev/', '/sys/', path.dirname(path.dirname(process.execPath)) + '/lib/'];
const cwd = process.cwd.bind(process);

// operation -> what it does with the path of its first argument
const ONE = {
  r: ['readFile', 'readdir', 'opendir', 'createReadStream', 'readlink'],
  w: [
    'writeFile', 'appendFile', 'unlink', 'rm', 'rmdir', 'mkdir', 'mkdtemp', 'truncate',
    'createWriteStream', 'chmod', 'chown', 'utimes',
  ],
};
// Both ends are told: each may be the one that an attacker chose.
const TWO = ['rename', 'copyFile', 'cp', 'link', 'symlink'];

// The path as text; null for a descriptor, which says nothing of a place.
function named(value) {
  if (typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString();
  if (value instanceof URL) return value.protocol === 'file:' ? fileURLToPath(value) : null;
  return null;
}

// The record of one path; null when it is Node's or a package's own.
function touched(operation, value, mode) {
  const name = named(value);
  if (name === null) return null;
  const resolved = name.includes('\0') ? name : path.resolve(cwd(), name);
  if (resolved.includes('/node_modules/') || SKIPPED.some((one) => resolved.startsWith(one))) {
    return null;
  }
  return ['file', `fs.${operation}`, { path: text(name), resolved: text(resolved), mode }];
}

function flagged(flags) {
  if (typeof flags === 'string') return flags;
  return Number(flags) & (O_WRONLY | O_RDWR) ? 'w' : 'r';
}

function hookAll(owner, suffix, prefix) {
  for (const [mode, names] of Object.entries(ONE)) {
    for (const name of names) {
      hook(owner, name + suffix, ([value]) => touched(prefix + name + suffix, value, mode));
    }
  }
  for (const name of TWO) {
    const operation = prefix + name + suffix;
    hook(owner, name + suffix, ([from, to]) =>
      [touched(operation, from, 'r'), touched(operation, to, 'w')].filter(Boolean),
    );
  }
  hook(owner, 'open' + suffix, ([value, flags]) => {
    const known = typeof flags === 'function' || flags === undefined ? 'r' : flags;
    return touched(prefix + 'open' + suffix, value, flagged(known));
  });
}

function install() {
  hookAll(fs, '', '');
  hookAll(fs, 'Sync', '');
  hookAll(fs.promises, '', 'promises.');
}

module.exports = { install };
