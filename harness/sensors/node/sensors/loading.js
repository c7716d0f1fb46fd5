'use strict';
// Modules as they are loaded: hooks into packages, and names that data chose.

const Module = require('module');
const { notice, tell } = require('./telling.js');

const CANARY = /fz[a-z]{14}/;
const PACKAGES = '/node_modules/';
const hooks = []; // [pattern of the path below node_modules, function of the exports]

// Call `hook(exports)` after a file of a package was loaded.
function afterLoad(pattern, hook) {
  hooks.push([pattern, hook]);
}

function install() {
  const compile = Module.prototype._compile;
  Module.prototype._compile = new Proxy(compile, {
    apply(target, module, args) {
      const result = Reflect.apply(target, module, args);
      loaded(module, String(args[1]));
      return result;
    },
  });
  const load = Module._load;
  Module._load = new Proxy(load, {
    apply: function asked(target, self, args) {
      if (typeof args[0] === 'string' && CANARY.test(args[0])) {
        notice(() => ['import', 'require', { module: args[0] }], asked);
      }
      return Reflect.apply(target, self, args);
    },
  });
}

function loaded(module, filename) {
  const at = filename.lastIndexOf(PACKAGES);
  if (at < 0) return;
  const below = filename.slice(at + PACKAGES.length);
  for (const [pattern, hook] of hooks) {
    if (!pattern.test(below)) continue;
    try {
      const replaced = hook(module.exports);
      if (replaced !== undefined) module.exports = replaced;
    } catch {
      // A package that we do not understand stays as it is.
    }
  }
}

module.exports = { afterLoad, install };
