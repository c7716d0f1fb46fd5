'use strict';
// Telling of a sink: where it was called from, and whose doing it was.

const frames = require('./frames.js');
const record = require('./record.js');
const { within } = require('./learn/origin.js');

const LOADER = 'node:internal/modules/';

let busy = false; // a sensor works, or an operation that was told runs: what it does itself is known

// Write a sink record, if the application's code is what led here and `only` agrees. `operation`
// may be a function of the place. What a package does later, in a turn of the event loop without a frame of the
// application's, is told without a place; what Node.js does for itself (loading modules) is not.
function tell(category, operation, args, above, only = () => true) {
  const place = frames.where(above);
  if (!only(place)) return;
  if (category !== 'import' && place.node.some((frame) => frame.startsWith(LOADER))) return;
  if (place.file === null && place.through.length === 0) return;
  const { file, line, through } = place;
  record.writeSink({
    category,
    operation: typeof operation === 'function' ? operation(place) : operation,
    arguments: args,
    file,
    line,
    function: place.function,
    through,
  });
}

// A function that looks the same and tells before it does the same. `told(args, self)` gives
// [category, operation, arguments], a list of such, or null.
function telling(original, told) {
  return new Proxy(original, {
    apply: function hooked(target, self, args) {
      if (busy) return Reflect.apply(target, self, args);
      notice(() => told(args, self), hooked);
      return inside(() => Reflect.apply(target, self, args));
    },
    construct: function hooked(target, args, made) {
      if (busy) return Reflect.construct(target, args, made);
      notice(() => told(args, undefined), hooked);
      return inside(() => Reflect.construct(target, args, made));
    },
  });
}

function notice(told, above) {
  busy = true;
  try {
    // What a sensor compares is not what the handler does.
    within(() => {
      const given = told();
      if (given === null || given === undefined) return;
      for (const each of Array.isArray(given[0]) ? given : [given]) tell(...each, above);
    });
  } catch {
    // A fault of a sensor must not become the function's.
  } finally {
    busy = false;
  }
}

// While an operation runs that was told, those that it is made of are not.
function inside(run) {
  busy = true;
  try {
    return run();
  } finally {
    busy = false;
  }
}

// Code of the application's that an operation calls while it runs (a callback) is told again.
function outside(run) {
  const before = busy;
  busy = false;
  try {
    return run();
  } finally {
    busy = before;
  }
}

// Replace a method by one that tells, keeping how the property is defined.
function hook(owner, name, told) {
  const property = owner && Object.getOwnPropertyDescriptor(owner, name);
  if (property === undefined || typeof property.value !== 'function') return;
  if (!property.configurable && !property.writable) return;
  const value = telling(property.value, told);
  if (property.configurable) Object.defineProperty(owner, name, { ...property, value });
  else owner[name] = value;
}

const quiet = () => busy;

module.exports = { tell, telling, notice, inside, outside, hook, quiet };
