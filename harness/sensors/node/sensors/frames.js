'use strict';
// Whose code is running: the application's innermost frame, and the packages between it and us.

const path = require('path');
const { fileURLToPath } = require('url');

const OWN = path.dirname(__dirname) + path.sep;
const DEPTH = 60;
const THROUGH = 12;
const PACKAGES = `${path.sep}node_modules${path.sep}`;

const { captureStackTrace } = Error;
const known = new Map();
let root = '';

function setTaskRoot(folder) {
  root = path.resolve(folder) + path.sep;
}

// The call sites above us, innermost first; the handler's own settings of traces are put back.
function callSites(above) {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder = {};
  try {
    Error.stackTraceLimit = DEPTH;
    Error.prepareStackTrace = (_error, sites) => sites;
    captureStackTrace(holder, above);
    return Array.isArray(holder.stack) ? holder.stack : [];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
    if (prepareStackTrace === undefined) delete Error.prepareStackTrace;
  }
}

// {kind, name}: 'own', 'node', 'application' (name: path below the task root), 'package' or 'none'.
function placeOf(file) {
  let place = known.get(file);
  if (place === undefined) {
    place = classified(file);
    if (known.size < 10000) known.set(file, place);
  }
  return place;
}

function classified(file) {
  if (typeof file !== 'string' || file === '') return { kind: 'none', name: '' };
  if (file.startsWith('node:')) return { kind: 'node', name: file };
  const full = file.startsWith('file:') ? fileURLToPath(file) : file;
  if (full.startsWith(OWN)) return { kind: 'own', name: '' };
  const at = full.lastIndexOf(PACKAGES);
  if (at >= 0) return { kind: 'package', name: packageName(full.slice(at + PACKAGES.length)) };
  if (full.startsWith(root)) return { kind: 'application', name: full.slice(root.length) };
  return { kind: path.isAbsolute(full) ? 'package' : 'none', name: path.basename(full) };
}

function packageName(below) {
  const parts = below.split(path.sep);
  return parts[0].startsWith('@') ? `${parts[0]}/${parts[1]}` : parts[0];
}

// The last name of `exports.handler` and the like, as a stack trace has it.
function nameOf(site) {
  return (site.getFunctionName() ?? '<anonymous>').split('.').at(-1);
}

// {file, line, function, through, node} of the caller above a function of ours: the file relative
// to the task root, and the names of packages passed through. The first three are null when no frame
// is the application's. `node` are the frames of Node.js itself in between, as `file function`.
function where(above) {
  const through = [];
  const node = [];
  for (const site of callSites(above)) {
    const place = placeOf(site.getFileName() ?? site.getScriptNameOrSourceURL?.());
    if (place.kind === 'application') {
      return {
        file: place.name,
        line: site.getLineNumber(),
        function: nameOf(site),
        through,
        node,
      };
    }
    if (place.kind === 'node') node.push(`${place.name} ${site.getFunctionName() ?? ''}`);
    else if (place.kind === 'package' && !through.includes(place.name)) {
      if (through.length < THROUGH) through.push(place.name);
    }
  }
  return { file: null, line: null, function: null, through, node };
}

module.exports = { setTaskRoot, placeOf, where };
