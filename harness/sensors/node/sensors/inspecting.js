'use strict';
// One inspector session of the process with itself: scripts as V8 compiles them, and coverage.
// https://chromedevtools.github.io/devtools-protocol/v8/

const { Session } = require('inspector');

const session = new Session();

// Listens for scripts; `debugger` statements and exceptions of the application never pause it.
function start() {
  session.connect();
}

// The result of a method, undefined when it fails; the session answers before post() returns.
function ask(method, parameters) {
  let told;
  session.post(method, parameters, (error, result) => {
    if (error === null) told = result;
  });
  return told;
}

const on = (event, listener) => session.on(event, ({ params }) => listener(params));

module.exports = { start, ask, on };
