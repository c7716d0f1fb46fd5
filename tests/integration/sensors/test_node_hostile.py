"""A Node.js handler that turns against its runtime is reported, and harms nobody else."""

from collections.abc import Callable

import pytest

from harness.model import Outcome, Status

CalledNode = Callable[..., list[Outcome]]

HARMLESS = [
    "Error.prepareStackTrace = () => { throw new Error('no') }; eval('1'); return 5",
    "Error.stackTraceLimit = 0; fs.readdirSync('/tmp'); return 5",
    "JSON.parse = JSON.stringify = () => 'no'; return 5",
    "process.exit = () => 0; process.hrtime = null; process.cpuUsage = null; return 5",
    "globalThis.setImmediate = null; globalThis.Buffer = null; return 5",
    "fs.writeSync = () => { throw new Error('no') }; execSync('true'); return 5",
    "Object.freeze(Object.prototype); Object.freeze(Array.prototype); return 5",
    "Map.prototype.get = Array.prototype.includes = () => { throw new Error('no') }; return 5",
    "String.prototype.slice = () => 'no'; fs.readdirSync('/tmp'); return 5",
    "Object.prototype.get = () => 1; const a = Object.prototype; delete a.get; return 5",
    "process.removeAllListeners('beforeExit'); return 5",
    "console.log = null; return 5",
    "const e = new Error('x'); Object.defineProperty(e, 'stack', { get() { throw 1 } }); return 5",
]


@pytest.mark.parametrize("learn", [False, True])
@pytest.mark.parametrize("body", HARMLESS)
def test_what_a_handler_does_to_its_globals_does_not_reach_us(
    called_node: CalledNode, body: str, learn: bool
) -> None:
    for outcome in called_node(body, {"text": "sample"}, times=2, learn=learn, extra={}):
        assert (outcome.status, outcome.response) == (Status.OK, 5), outcome


FATAL = [
    "for (let fd = 3; fd < 64; fd += 1) { try { fs.closeSync(fd) } catch {} } return 5",
    "process.abort()",
    "const grow = []; for (;;) grow.push(new Array(1e6).fill(0))",
    "process.kill(process.pid, 'SIGKILL'); for (;;);",
]


@pytest.mark.parametrize("body", FATAL)
def test_an_end_of_the_process_is_a_crash_and_the_next_call_is_cold(
    called_node: CalledNode, body: str
) -> None:
    for outcome in called_node(body, times=2):
        assert outcome.status in (Status.CRASH, Status.OUT_OF_MEMORY), outcome
        assert outcome.init is not None
