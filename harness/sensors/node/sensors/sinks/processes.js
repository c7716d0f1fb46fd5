'use strict';
// Child processes: what is run, and whether a shell parses it.

const childProcess = require('child_process');
const path = require('path');
const { hook } = require('../telling.js');
const { text } = require('../record.js');

const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'busybox']);
const WRAPPERS = new Set(['env', 'nohup', 'timeout', 'nice', 'busybox']);
const WORDS = 500;

// The text that a shell parses when the words call one with -c; null otherwise.
function shellLine(argv) {
  let words = argv;
  while (words.length > 0 && WRAPPERS.has(path.basename(words[0]))) {
    words = words.slice(1);
    while (words.length > 0 && /^-|=|^\d+$/.test(words[0])) words = words.slice(1);
  }
  if (words.length === 0 || !SHELLS.has(path.basename(words[0]))) return null;
  for (let index = 1; index < words.length; index += 1) {
    const word = words[index];
    if (word.startsWith('-') && !word.startsWith('--') && word.slice(1).includes('c')) {
      return words[index + 1] ?? null;
    }
    if (!word.startsWith('-')) return null;
  }
  return null;
}

function spawned(operation, executable, argv) {
  const words = argv.slice(0, WORDS).map(text);
  const command = shellLine(words);
  return [
    'process',
    operation,
    { executable: text(executable), argv: words, command, shell: command !== null },
  ];
}

function inShell(operation, command, shell) {
  const executable = typeof shell === 'string' ? shell : '/bin/sh';
  return spawned(operation, executable, [executable, '-c', text(command)]);
}

// exec, execFile, fork and spawn all come to ChildProcess.spawn; the first of them is the operation.
function calledAs({ node }) {
  let name = 'spawn';
  for (const frame of node) {
    const found = /^node:child_process (?:Object\.)?(exec|execFile|fork|spawn)$/.exec(frame);
    if (found !== null) name = found[1];
  }
  return `child_process.${name}`;
}

const listed = (value) => (Array.isArray(value) ? value.map(String) : []);

function synchronous(operation) {
  return ([file, given, options]) => {
    const chosen = Array.isArray(given) ? options : given;
    const words = listed(given);
    if (chosen?.shell) return inShell(operation, [file, ...words].join(' '), chosen.shell);
    return spawned(operation, file, [chosen?.argv0 ?? file, ...words]);
  };
}

function install() {
  hook(childProcess.ChildProcess.prototype, 'spawn', ([options]) =>
    spawned(calledAs, options.file, options.args ?? [options.file]),
  );
  hook(childProcess, 'execSync', ([command, options]) =>
    inShell('child_process.execSync', command, options?.shell),
  );
  for (const name of ['spawnSync', 'execFileSync']) {
    hook(childProcess, name, synchronous(`child_process.${name}`));
  }
}

module.exports = { install };
