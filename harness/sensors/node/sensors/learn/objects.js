'use strict';
// What S3 answers for the event's object has its metadata, which the uploader wrote. The object is
// known by its ETag, the MD5 of its body.

const { createHash } = require('crypto');
const { afterLoad } = require('../loading.js');
const { state, within } = require('./origin.js');
const { wrap } = require('./recording.js');

const BODY = '/body';
const CLIENTS = /^@smithy\/(?:smithy-client|core)\/dist-cjs\/(?:submodules\/client\/)?index\.js$/;
let addresses = new Map(); // by ETag

// `extra` are the texts by address that belong to the event.
function begin(extra) {
  addresses = new Map();
  for (const [address, text] of Object.entries(extra)) {
    if (address.startsWith('@') && address.endsWith(BODY)) {
      const tag = createHash('md5').update(text).digest('hex');
      addresses.set(tag, address.slice(0, -BODY.length));
    }
  }
}

function followed(output) {
  return within(() => {
    const address = addresses.get(String(output?.ETag).replaceAll('"', ''));
    if (state.on && address !== undefined && output.Metadata) {
      output.Metadata = wrap(output.Metadata, `${address}/metadata`);
    }
    return output;
  });
}

function install() {
  afterLoad(CLIENTS, (exports) => {
    const { prototype } = exports.Client ?? {};
    if (typeof prototype?.send !== 'function') return;
    prototype.send = new Proxy(prototype.send, {
      apply(target, self, args) {
        const result = Reflect.apply(target, self, args);
        return state.on && result instanceof Promise ? result.then(followed) : result;
      },
    });
  });
}

module.exports = { begin, install };
