'use strict';
module.exports = { install: () => {}, begin: () => {}, tell: () => {} };
