'use strict';
// Names and constants of JavaScript source, without running or wholly parsing it.
// ECMAScript, 12 (lexical grammar): https://tc39.es/ecma262/#sec-ecmascript-language-lexical-grammar

const LIMIT = 400;
const CUT = 300;

const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+|//[^\n]*|/\*[^]*?(?:\*/|$))`,
    String.raw`(?<text>'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*")`,
    String.raw`(?<number>(?:0[xob][\da-f_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:e[+-]?\d+)?)n?)`,
    String.raw`(?<name>[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*)`,
    String.raw`(?<template>\x60)`,
    String.raw`(?<slash>/)`,
    String.raw`(?<other>[^])`,
  ].join('|'),
  'iuy',
);
const PATTERN = /\/(?:[^/\\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const WORDS = new Set(
  ('break case catch class const continue debugger default delete do else export extends false ' +
    'finally for function if import in instanceof let new null return static super switch this ' +
    'throw true try typeof var void while with yield async await of').split(' '),
);
// Behind these a slash begins a regular expression.
const BEFORE_PATTERN = /(?:^|[=([{,;:!&|?+\-*%~^<>]|\b(?:return|typeof|case|in|of|delete|void))$/;

// {names, constants}: identifiers, sorted; numbers as numbers and texts cut, at most 400 of each.
function lexed(source) {
  const names = new Set();
  const constants = [];
  scan(source, 0, false, names, constants);
  return { names: [...names].sort().slice(0, LIMIT), constants: constants.slice(0, LIMIT) };
}

// Goes through code, up to the brace that closes a template's `${` when `nested`; where it stopped.
function scan(source, from, nested, names, constants) {
  let at = from;
  let depth = 0;
  let before = '';
  while (at < source.length && constants.length < LIMIT) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(source);
    if (match === null) return source.length;
    const { text, number, name, template, slash, space } = match.groups;
    at = TOKEN.lastIndex;
    if (space !== undefined) continue;
    if (text !== undefined) constants.push(text.slice(1, -1).slice(0, CUT));
    else if (number !== undefined) constants.push(numeric(number));
    else if (name !== undefined && !WORDS.has(name)) names.add(name);
    else if (template !== undefined) at = scanTemplate(source, at, names, constants);
    else if (slash !== undefined && BEFORE_PATTERN.test(before)) {
      PATTERN.lastIndex = at - 1;
      if (PATTERN.test(source)) at = PATTERN.lastIndex;
    } else if (match[0] === '{') depth += 1;
    else if (match[0] === '}') {
      if (nested && depth === 0) return at;
      depth -= 1;
    }
    before = match[0];
  }
  return at;
}

function scanTemplate(source, from, names, constants) {
  let at = from;
  let start = from;
  while (at < source.length) {
    if (source[at] === '\\') at += 2;
    else if (source[at] === '`') {
      constants.push(source.slice(start, at).slice(0, CUT));
      return at + 1;
    } else if (source.startsWith('${', at)) {
      constants.push(source.slice(start, at).slice(0, CUT));
      start = at = scan(source, at + 2, true, names, constants);
    } else at += 1;
  }
  return at;
}

function numeric(text) {
  const plain = text.replaceAll('_', '').replace(/n$/, '');
  const value = Number(plain);
  return Number.isFinite(value) ? value : text;
}

module.exports = { lexed };
