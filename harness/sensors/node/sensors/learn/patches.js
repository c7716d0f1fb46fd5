'use strict';
// Methods that are exchanged for telling ones while a learning invocation runs, and put back.

const { state } = require('./origin.js');

const { Object, Reflect } = globalThis;
const patches = []; // [owner, name, maker of the telling function]
let undo = [];

// `told(args, self, run)` gives the result; `run(args, quiet)` calls the original.
function patch(owner, name, told) {
  patches.push([owner, name, told]);
}

function exchange() {
  for (const [owner, name, told] of patches) {
    const property = Object.getOwnPropertyDescriptor(owner, name);
    if (typeof property?.value !== 'function' || !property.configurable) continue;
    const value = stand(property.value, told);
    replace(owner, name, { ...property, value });
    const made = property.value.prototype;
    if (made?.constructor === property.value) {
      replace(made, 'constructor', { ...Object.getOwnPropertyDescriptor(made, 'constructor'), value });
    }
  }
}

function replace(owner, name, property) {
  undo.push([owner, name, Object.getOwnPropertyDescriptor(owner, name)]);
  Object.defineProperty(owner, name, property);
}

function stand(original, told) {
  return new Proxy(original, {
    apply(target, self, args) {
      if (!state.on || state.inside) return Reflect.apply(target, self, args);
      return asked(told, args, self, (given) => Reflect.apply(target, self, given));
    },
    construct(target, args, made) {
      if (!state.on || state.inside) return Reflect.construct(target, args, made);
      return asked(told, args, undefined, (given) => Reflect.construct(target, given, made));
    },
  });
}

// `told` is our code; the original that it runs is the handler's own doing, unless it is kept quiet.
function asked(told, args, self, original) {
  const run = (given = args, quiet = false) => {
    state.inside = quiet;
    try {
      return original(given);
    } finally {
      state.inside = true;
    }
  };
  state.inside = true;
  try {
    return told(args, self, run);
  } finally {
    state.inside = false;
  }
}

function putBack() {
  for (const [owner, name, property] of undo.reverse()) {
    try {
      Object.defineProperty(owner, name, property);
    } catch {
      // Frozen meanwhile: what stands there passes on.
    }
  }
  undo = [];
}

module.exports = { patch, stand, exchange, putBack };
