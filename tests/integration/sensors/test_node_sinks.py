"""What sensors see in a real Node.js process, and whose line they say it was."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.model import Outcome, SinkCall

CalledNode = Callable[..., Outcome]

SINKS = [
    ("execSync('true')", "process", "child_process.execSync"),
    ("spawnSync('true', ['a'])", "process", "child_process.spawnSync"),
    ("execFileSync('true')", "process", "child_process.execFileSync"),
    ("spawn('true')", "process", "child_process.spawn"),
    ("await promisify(exec)('true')", "process", "child_process.exec"),
    ("await promisify(execFile)('true')", "process", "child_process.execFile"),
    ("eval('2 * 3')", "code", "exec"),
    ("(0, eval)('2 * 3')", "code", "exec"),
    ("new Function('a', 'return a * 30011')", "code", "exec"),
    ("require('vm').runInNewContext('1 + 1')", "code", "exec"),
    ("fs.readFileSync('/etc/hostname')", "file", "fs.readFileSync"),
    ("await fs.promises.readFile('/etc/hostname')", "file", "fs.promises.readFile"),
    ("await promisify(fs.readFile)('/etc/hostname')", "file", "fs.readFile"),
    ("fs.writeFileSync('/tmp/x', 'x')", "file", "fs.writeFileSync"),
    ("fs.createReadStream('/etc/hostname').resume()", "file", "fs.createReadStream"),
    ("fs.readdirSync('/tmp')", "file", "fs.readdirSync"),
    ("fs.closeSync(fs.openSync('/etc/hostname'))", "file", "fs.openSync"),
    ("await fetch('http://127.0.0.1:9/').catch(() => 0)", "socket", "fetch"),
    ("require('http').get('http://127.0.0.1:9/').on('error', () => 0)", "socket", "http.get"),
    ("require('net').connect(9, '127.0.0.1').on('error', () => 0)", "socket", "net.connect"),
    ("await dns.promises.lookup('localhost')", "socket", "dns.promises.lookup"),
    ("try { require('fzabcdefghjkmnpq') } catch {}", "import", "require"),
]


@pytest.mark.parametrize(("body", "category", "operation"), SINKS)
@pytest.mark.parametrize("kind", ["js", "mjs"])
def test_a_sink_is_recorded_once_with_the_applications_own_line(
    called_node: CalledNode, body: str, category: str, operation: str, kind: str
) -> None:
    outcome = called_node("const before = 1;\n" + body, kind=kind)
    assert outcome.error is None, outcome.error
    assert [(s.category, s.operation) for s in outcome.sinks] == [(category, operation)]
    sink = outcome.sinks[0]
    assert (sink.file, sink.function) == (f"app.{kind}", "handler")
    assert sink.line == outcome.response


def only(outcome: Outcome, category: str) -> list[SinkCall]:
    return [sink for sink in outcome.sinks if sink.category == category]


def test_loading_modules_is_no_sink(called_node: CalledNode) -> None:
    assert called_node("require('http2'); require('zlib'); await import('tls')").sinks == ()


def test_a_path_is_judged_where_it_ends_not_where_it_begins(called_node: CalledNode) -> None:
    opened = only(called_node("fs.readFileSync('/tmp/../etc/hostname')"), "file")
    assert [s.arguments["resolved"] for s in opened] == ["/etc/hostname"]


def test_both_ends_of_a_move_are_told(called_node: CalledNode) -> None:
    body = "fs.writeFileSync('/tmp/a', '')\nfs.renameSync('/tmp/a', '/tmp/b')"
    moved = [s for s in only(called_node(body), "file") if s.operation == "fs.renameSync"]
    assert [Path(s.arguments["path"]).name for s in moved] == ["a", "b"]


def test_a_shell_is_told_from_a_list_of_arguments(called_node: CalledNode) -> None:
    body = (
        "spawnSync('true', { shell: true })\n"
        "spawnSync('true', [';'])\n"
        "spawnSync('env', ['A=1', 'sh', '-c', 'true'])\n"
        "spawnSync('echo', ['a;b'], { shell: '/bin/bash' })\n"
        "exec('true;true')\n"
    )
    started = only(called_node(body), "process")
    assert [s.arguments["command"] for s in started] == [
        "true",
        None,
        "true",
        "echo a;b",
        "true;true",
    ]
    assert [s.arguments["shell"] for s in started] == [True, False, True, True, True]


def test_factors_show_as_numbers_only_where_they_are_code(called_node: CalledNode) -> None:
    body = (
        "eval('(30011).valueOf() * 40013 // 5')\n"
        "eval('\"30011*40013\"')\n"
        "eval('`a${30011}b` + /40013/.source')\n"
    )
    told = only(called_node(body), "code")
    assert [s.arguments["constants"] for s in told] == [
        [30011, 40013],
        ["30011*40013"],
        ["a", 30011, "b"],
    ]
    assert told[0].arguments["names"] == ["valueOf"]


def test_a_direct_eval_still_sees_its_scope(called_node: CalledNode) -> None:
    assert called_node("const own = 5;\nreturn eval('own + 1')").response == 6


def test_code_that_does_not_parse_is_only_compiled(called_node: CalledNode) -> None:
    told = called_node("try { eval('((') } catch {}").sinks
    assert [(s.category, s.operation) for s in told] == [("code", "compile")]


def test_a_debugger_statement_stops_nothing(called_node: CalledNode) -> None:
    assert called_node("debugger;\nreturn 'on'").response == "on"


def test_connections_to_the_local_cloud_are_no_sinks(called_node: CalledNode) -> None:
    body = (
        "await fetch('http://127.0.0.1:9/').catch(() => 0)\n"
        "require('http').get('http://localhost:9/').on('error', () => 0)\n"
        "await fetch('http://127.0.0.1:10/').catch(() => 0)"
    )
    outcome = called_node(body, environment={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"})
    assert [s.arguments["url"] for s in only(outcome, "socket")] == ["http://127.0.0.1:10/"]


def test_polluted_prototypes_are_told_and_put_back(called_node: CalledNode) -> None:
    body = (
        "const there = [{}.admin, [].x, Object.keys({}).length];\n"
        "({}).__proto__.admin = 'fzabcdefghjkmnpq'; ([]).__proto__.x = 1;\n"
        "Object.prototype.toString = 'text'; Array.prototype.last = () => 1;\n"
        "return there"
    )
    outcomes = called_node(body, times=2)
    for outcome in outcomes:
        assert outcome.response == [None, None, 0]
        assert [(s.operation, s.arguments["key"]) for s in only(outcome, "prototype")] == [
            ("Object.prototype", "toString"),
            ("Object.prototype", "admin"),
            ("Array.prototype", "x"),
        ]


def test_a_loop_does_not_use_up_the_records_of_a_call(called_node: CalledNode) -> None:
    body = "for (let i = 0; i < 2000; i++) fs.readFileSync('/etc/hostname');\nexecSync('true')"
    sinks = called_node(body).sinks
    assert [s.operation for s in sinks].count("fs.readFileSync") == 100
    assert sinks[-1].operation == "child_process.execSync"


def test_the_records_of_a_call_that_dies_are_kept(called_node: CalledNode) -> None:
    outcome = called_node("execSync('true')\nprocess.exit(3)")
    assert [s.operation for s in outcome.sinks] == ["child_process.execSync"]


def test_files_of_a_package_are_not_the_applications(
    called_node: CalledNode, tmp_path: Path
) -> None:
    for name in ("odd", "@scope/other"):
        package = tmp_path / "node_modules" / name
        package.mkdir(parents=True)
        (package / "index.js").write_text("exports.run = (text) => eval(text);\n")
    executed = only(
        called_node("require('odd').run('1'); require('@scope/other').run('2')"), "code"
    )
    assert [(s.file, s.through) for s in executed] == [
        ("app.js", ("odd",)),
        ("app.js", ("@scope/other",)),
    ]
