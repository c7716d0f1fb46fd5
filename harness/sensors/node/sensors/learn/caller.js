'use strict';
// Whether the application itself asked, and not a library that finds out what it was given.

const frames = require('../frames.js');

function byApplication() {
  const { file, through } = frames.where(byApplication);
  return file !== null && through.length === 0;
}

module.exports = { byApplication };
