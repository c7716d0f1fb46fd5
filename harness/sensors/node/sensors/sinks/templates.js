'use strict';
// Template engines: the source that they are given to compile.

const { Buffer } = require('buffer');
const { afterLoad } = require('../loading.js');
const { tell, notice } = require('../telling.js');
const { text } = require('../record.js');

// Package's file -> [engine, what has the function, its name]
const PLACES = [
  [/^ejs\/lib\/(?:cjs\/)?ejs\.js$/, 'ejs', (exports) => exports, 'compile'],
  [/^pug\/lib\/index\.js$/, 'pug', (exports) => exports, 'compile'],
  [/^jade\/lib\/index\.js$/, 'pug', (exports) => exports, 'compile'],
  [/^handlebars\/lib\/index\.js$/, 'handlebars', (exports) => exports, 'compile'],
  [/^nunjucks\/src\/compiler\.js$/, 'nunjucks', (exports) => exports, 'compile'],
  [/^mustache\/mustache\.js$/, 'mustache', (exports) => exports, 'render'],
  [/^dot\/doT\.js$/, 'dot', (exports) => exports, 'template'],
  [/^lodash\/(?:lodash|lodash\.min)\.js$/, 'lodash', (exports) => exports, 'template'],
  [/^underscore\/underscore(?:-node|-umd|-min|-umd-min)?\.c?js$/, 'underscore', (exports) => exports,
    'template'],
  [/^liquidjs\/dist\/.*\.js$/, 'liquidjs', (exports) => exports.Liquid?.prototype, 'parse'],
];
// A module that is itself the function.
const FUNCTIONS = [
  [/^lodash\/template\.js$/, 'lodash'],
  [/^lodash\.template\/index\.js$/, 'lodash'],
];

function given(engine, source, above) {
  if (typeof source !== 'string' && !Buffer.isBuffer(source)) return;
  notice(() => {
    tell('template', engine, { engine, source: text(source) }, above);
    return null;
  });
}

function compiling(original, engine) {
  return new Proxy(original, {
    apply: function compiled(target, self, args) {
      given(engine, args[0], compiled);
      return Reflect.apply(target, self, args);
    },
  });
}

// Each instance of Eta has functions of its own.
function hookEta(exports) {
  exports.Eta = new Proxy(exports.Eta, {
    construct(target, args, made) {
      const instance = Reflect.construct(target, args, made);
      instance.compile = compiling(instance.compile, 'eta');
      return instance;
    },
  });
}

function install() {
  afterLoad(/^eta\/dist\/.*\.c?js$/, hookEta);
  for (const [pattern, engine, owner, name] of PLACES) {
    afterLoad(pattern, (exports) => {
      const place = owner(exports);
      if (typeof place?.[name] === 'function') place[name] = compiling(place[name], engine);
    });
  }
  for (const [pattern, engine] of FUNCTIONS) {
    afterLoad(pattern, (exports) =>
      typeof exports === 'function' ? compiling(exports, engine) : undefined,
    );
  }
}

module.exports = { install };
