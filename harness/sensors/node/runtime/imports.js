'use strict';
// ES modules find packages by NODE_PATH too, as in Lambda's Node.js from 18 on.

const { register } = require('module');
const { pathToFileURL } = require('url');

function install() {
  const folders = (process.env.NODE_PATH ?? '').split(':').filter(Boolean);
  if (folders.length === 0 || register === undefined) return; // Node.js before 18.19 cannot
  register('./resolve.mjs', {
    parentURL: pathToFileURL(__filename),
    data: folders.map((folder) => pathToFileURL(folder + '/').href),
  });
}

module.exports = { install };
