'use strict';
module.exports = { learn: (event) => event, unlearn: () => {} };
