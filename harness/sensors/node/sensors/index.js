'use strict';
const record = require('./record.js');
function install(fd) { record.openTo(fd); }
module.exports = { install, ready: () => {}, begin: record.begin, end: () => {}, learn: (event) => event };
