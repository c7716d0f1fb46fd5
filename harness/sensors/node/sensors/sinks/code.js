'use strict';
// Code that is made while the function runs: eval, Function, vm.
//
// V8 tells of each script it compiles, before it runs. Nothing is replaced, so a direct eval stays
// one and sees its scope.

const fs = require('fs');
const { ask, on } = require('../inspecting.js');
const { tell, notice, quiet } = require('../telling.js');
const { text } = require('../record.js');
const { lexed } = require('../lexing.js');

const { existsSync } = fs;
const FILE = /^(?:file:\/\/|\/)/;
// Deserialisers that make functions of what data names.
const LOADERS = new Set([
  'node-serialize', 'serialize-to-js', 'js-yaml', 'js-yaml-js-types', 'funcster', 'cryo', 'flatted',
]);
const LONGEST = 1 << 20;

function isMade(url) {
  if (url === '') return true;
  if (url.startsWith('node:') || url.startsWith('wasm:')) return false;
  return !(FILE.test(url) && existsSync(url.replace(/^file:\/\//, '')));
}

function source(script) {
  if (script.length > LONGEST) return '';
  return ask('Debugger.getScriptSource', { scriptId: script.scriptId })?.scriptSource ?? '';
}

function parsed(script) {
  if (quiet() || !isMade(script.url)) return;
  notice(() => {
    const code = source(script);
    const { names, constants } = lexed(code);
    const filename = text(script.url);
    tell('code', 'exec', { filename, names, constants, source: text(code) }, parsed);
    const deserializer = (place) => `${place.through.find((name) => LOADERS.has(name))}.load`;
    const loaded = ({ through }) => through.some((name) => LOADERS.has(name));
    const made = { module: '', name: '', format: 'javascript', source: text(code) };
    tell('deserialization', deserializer, made, parsed, loaded);
    return null;
  });
}

function failed(script) {
  if (quiet() || !isMade(script.url)) return;
  notice(() => {
    tell('code', 'compile', { source: text(source(script)), filename: text(script.url) }, failed);
    return null;
  });
}

function install() {
  on('Debugger.scriptParsed', parsed);
  on('Debugger.scriptFailedToParse', failed);
  ask('Debugger.enable', { maxScriptsCacheSize: 1 << 22 });
  ask('Debugger.setSkipAllPauses', { skip: true });
}

module.exports = { install };
