'use strict';
// A recording copy of a JSON value: proxies which note what is read, around the value itself.
//
// The proxies stand inside the value too, so that the invariants of a frozen or copied one hold.

const origin = require('./origin.js');
const { byApplication } = require('./caller.js');
const { note, register, escape, state } = origin;

const { isArray } = Array;
const { defineProperty, getPrototypeOf, hasOwn, keys } = Object;
const { get: getOf, has: hasIn, ownKeys, getOwnPropertyDescriptor } = Reflect;

const DEPTH = 400;
const INDEX = /^(?:0|[1-9]\d*)$/;
// Asked of any object by the language and by libraries which find out what they were given.
const PROBED = new Set(['then', 'toJSON', '$$typeof', 'nodeType', 'asymmetricMatch', 'inspect']);

const targets = new WeakMap(); // proxy -> its value, for those who need the plain thing

class Recorder {
  constructor(address) {
    this.address = address;
    this.enumerated = null; // keys that are being copied: such a read is no question for a field
    this.copied = new Set();
  }

  read(target, key) {
    const place = `${this.address}/${escape(key)}`;
    if (isArray(target)) {
      if (INDEX.test(key)) note(place, hasOwn(target, key) ? 'present' : 'missing');
      else if (!(key in target) && !PROBED.has(key) && byApplication()) {
        note(this.address, 'mapping', key);
      }
    } else if (hasOwn(target, key)) note(place, 'present');
    else if (!(key in target) && !PROBED.has(key)) note(place, 'missing');
  }

  seen(key) {
    return typeof key === 'string' && state.on && !state.inside;
  }

  get(target, key, receiver) {
    if (this.seen(key) && !this.copied.delete(key)) {
      origin.within(() => this.read(target, key));
    }
    return getOf(target, key, receiver);
  }

  has(target, key) {
    if (this.seen(key)) origin.within(() => this.read(target, key));
    return hasIn(target, key);
  }

  ownKeys(target) {
    const found = ownKeys(target);
    if (state.on && !state.inside) {
      this.enumerated = new Set(found);
      this.copied.clear();
      origin.within(() => {
        if (!isArray(target) && byApplication()) note(this.address, 'walked');
      });
    }
    return found;
  }

  getOwnPropertyDescriptor(target, key) {
    if (this.seen(key)) {
      if (this.enumerated?.delete(key)) this.copied.add(key);
      else origin.within(() => this.read(target, key));
    }
    return getOwnPropertyDescriptor(target, key);
  }
}

function isPlain(value) {
  if (value === null || typeof value !== 'object') return false;
  const made = getPrototypeOf(value);
  if (isArray(value) || made === Object.prototype || made === null) return true;
  return getPrototypeOf(made) === null && ownKeys(made).length === 0;
}

// A recording stand-in for a JSON value that nobody else holds yet.
function wrap(value, address, depth = 0) {
  if (typeof value === 'string') register(value, address);
  if (!isPlain(value) || depth > DEPTH || targets.has(value)) return value;
  for (const key of keys(value)) {
    const inner = wrap(value[key], `${address}/${escape(key)}`, depth + 1);
    if (inner !== value[key]) {
      defineProperty(value, key, {
        value: inner,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }
  }
  const proxy = new Proxy(value, new Recorder(address));
  targets.set(proxy, value);
  register(proxy, address);
  return proxy;
}

// The same value without any proxy in it.
function unwrapped(value, known = new Map()) {
  if (value === null || typeof value !== 'object') return value;
  const target = targets.get(value) ?? value;
  if (!isPlain(target)) return target;
  if (known.has(target)) return known.get(target);
  const made = isArray(target) ? [] : {};
  known.set(target, made);
  for (const key of keys(target)) {
    defineProperty(made, key, {
      value: unwrapped(target[key], known),
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  return made;
}

const isOurs = (value) => targets.has(value);

module.exports = { wrap, unwrapped, isOurs };
