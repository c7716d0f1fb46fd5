'use strict';
// Lines and branches of the application's own files that this process reaches for the first time,
// told call by call. V8 counts blocks (https://v8.dev/blog/javascript-code-coverage, "precise" and "detailed");
// what was counted since the last time is asked for after each call.

const frames = require('./frames.js');
const record = require('./record.js');
const { ask } = require('./inspecting.js');

const WORD = /[\w$'"`]/;
// Lines on which nothing is done: empty, of comments, of braces.
const IDLE = /^\s*(?:(?:\/\/|\*|\/\*).*|[\s{}()[\];,]*|(?:\}\s*)?(?:else|try|finally|do)\s*\{?)\s*$/;

let on = false;
const files = new Map(); // script id -> Lines

class Lines {
  constructor(name, source) {
    this.name = name;
    this.source = source;
    this.starts = [0];
    for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) {
      this.starts.push(at + 1);
    }
    this.reached = new Set();
    this.branches = new Set();
    this.skipped = new Set(); // offsets of blocks that were passed over and not entered so far
  }

  // The index of the line that holds an offset.
  lineAt(offset) {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  // Numbers of the lines which a run from `start` to `end` reaches first.
  *reach(start, end) {
    const last = this.lineAt(Math.max(start, end - 1));
    for (let index = this.lineAt(start); index <= last; index += 1) {
      if (this.reached.has(index)) continue;
      const from = this.starts[index];
      const to = (this.starts[index + 1] ?? this.source.length + 1) - 1;
      if (IDLE.test(this.source.slice(from, to))) continue;
      if (!WORD.test(this.source.slice(Math.max(from, start), Math.min(to, end)))) continue;
      this.reached.add(index);
      yield index + 1;
    }
  }
}

// Before the handler's module is loaded.
function install() {
  ask('Profiler.enable');
  ask('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  on = true;
}

// The parts of a script, in order, with the count of the innermost range around each.
function* parts(functions) {
  const ranges = functions.flatMap((each) => each.ranges);
  ranges.sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  const open = [];
  let at = 0;
  const close = function* (until) {
    while (open.length > 0 && open.at(-1).endOffset <= until) {
      const { endOffset, count } = open.pop();
      if (endOffset > at) yield [at, endOffset, count];
      at = Math.max(at, endOffset);
    }
  };
  for (const range of ranges) {
    yield* close(range.startOffset);
    if (open.length > 0 && range.startOffset > at) {
      yield [at, range.startOffset, open.at(-1).count];
    }
    at = Math.max(at, range.startOffset);
    open.push(range);
  }
  yield* close(Infinity);
}

// Numbers of the branches that are told first: a block inside of a function that was passed over
// (its offset, doubled), and one that was entered after it had been passed over (and one).
function* branchesOf(lines, functions, flat) {
  for (const { ranges } of functions) {
    for (const range of ranges.slice(1)) {
      if (ranges[0].count > 0 && range.count === 0) {
        const number = range.startOffset * 2;
        if (lines.branches.has(number)) continue;
        lines.branches.add(number);
        lines.skipped.add(range.startOffset);
        yield number;
      }
    }
  }
  if (lines.skipped.size === 0) return;
  for (const [start, end, count] of flat) {
    if (count === 0) continue;
    for (const offset of lines.skipped) {
      if (start <= offset && offset < end) {
        lines.skipped.delete(offset);
        yield offset * 2 + 1;
      }
    }
  }
}

function linesOf(script) {
  if (!files.has(script.scriptId)) {
    const { kind, name } = frames.placeOf(script.url);
    const source =
      kind === 'application'
        ? ask('Debugger.getScriptSource', { scriptId: script.scriptId })?.scriptSource
        : undefined;
    files.set(script.scriptId, source === undefined ? null : new Lines(name, source));
  }
  return files.get(script.scriptId);
}

// Write records of each file in which something was reached since the last time.
function tell() {
  if (!on) return;
  for (const script of ask('Profiler.takePreciseCoverage')?.result ?? []) {
    const lines = script.url === '' ? null : linesOf(script);
    if (lines === null) continue;
    const first = [];
    const flat = [...parts(script.functions)];
    for (const [start, end, count] of flat) {
      if (count > 0) first.push(...lines.reach(start, end));
    }
    first.sort((a, b) => a - b);
    if (first.length > 0) record.append('lines', [lines.name, first]);
    const branches = [...branchesOf(lines, script.functions, flat)];
    if (branches.length > 0) record.append('branches', [lines.name, branches]);
  }
}

module.exports = { install, tell };
