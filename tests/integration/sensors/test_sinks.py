"""What sensors see in a real runtime process, and whose line they say it was."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from harness.model import Outcome, SinkCall
from harness.targets.local import LocalTarget

Called = Callable[..., Outcome]

SINKS = [
    ("os.system('true')", "process", "os.system"),
    ("os.popen('true').read()", "process", "subprocess.Popen"),
    ("os.posix_spawn('/bin/true', ['true'], {})\nos.wait()", "process", "os.posix_spawn"),
    ("import subprocess\nsubprocess.run(['true'])", "process", "subprocess.Popen"),
    ("eval('2 * 3')", "code", "exec"),
    ("exec('x = 1')", "code", "exec"),
    ("import code\ncode.InteractiveInterpreter().runsource('x = 1')", "code", "exec"),
    ("open('/tmp/x', 'w').close()", "file", "open"),
    ("os.listdir('/tmp')", "file", "os.listdir"),
    ("import sqlite3\nsqlite3.connect(':memory:').execute('select 1')", "sql", "sqlite3.execute"),
    (
        "import pickle\npickle.loads(b'coperator\\nmul\\n(I2\\nI3\\ntR.')",
        "deserialization",
        "pickle.find_class",
    ),
    ("import importlib\nimportlib.import_module('fzabcdefghjkmnpq')", "import", "import"),
    ("__import__('fzabcdefghjkmnpq')", "import", "import"),
    ("import socket\nsocket.create_connection(('127.0.0.1', 9), 1)", "socket", "socket.connect"),
    (
        "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9/')",
        "socket",
        "urllib.Request",
    ),
    (
        "import http.client\nhttp.client.HTTPConnection('127.0.0.1', 9).connect()",
        "socket",
        "http.client.connect",
    ),
]


@pytest.mark.parametrize(("body", "category", "operation"), SINKS)
def test_a_sink_is_recorded_once_with_the_applications_own_line(
    called: Called, tmp_path: Path, body: str, category: str, operation: str
) -> None:
    sinks = called(body).sinks
    found = [s for s in sinks if (s.category, s.operation) == (category, operation)]
    assert len(found) == 1, sinks
    assert (found[0].file, found[0].function) == ("app.py", "handler")
    source = (tmp_path / "app.py").read_text().splitlines()
    called_there = body.splitlines()[-1] if "wait" not in body else body.splitlines()[0]
    assert source[(found[0].line or 0) - 1].strip() == called_there


def test_sinks_are_seen_under_each_python(called: Called, runtime: str) -> None:
    body = (
        "import sqlite3, subprocess, pickle\n"
        "subprocess.run(['true'])\n"
        "eval('30011 * 40013')\n"
        "sqlite3.connect(':memory:').execute('select 1')\n"
        "pickle.loads(b'coperator\\nmul\\n(I2\\nI3\\ntR.')\n"
        "open('/etc/hostname').close()"
    )
    sinks = called(body, runtime=runtime).sinks
    assert [s.operation for s in sinks if s.operation != "compile"] == [
        "subprocess.Popen",
        "exec",
        "sqlite3.execute",
        "pickle.find_class",
        "open",
    ]
    executed = next(s for s in sinks if s.operation == "exec")
    assert 30011 * 40013 in executed.arguments["constants"]


def only(outcome: Outcome, category: str) -> list[SinkCall]:
    return [sink for sink in outcome.sinks if sink.category == category]


def test_importing_modules_is_no_sink(called: Called) -> None:
    assert called("import email, http.client, xml.dom.minidom, csv, sqlite3").sinks == ()


def test_a_traceback_that_is_shown_reads_no_file(called: Called) -> None:
    body = "import traceback\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    traceback.print_exc()"
    assert called(body).sinks == ()


def test_the_source_of_the_function_read_as_a_file_is_a_sink(called: Called) -> None:
    opened = only(called("open(__file__).read()"), "file")
    assert [(s.operation, s.line) for s in opened] == [("open", 3)]


def test_a_path_is_judged_where_it_ends_not_where_it_begins(called: Called) -> None:
    opened = only(
        called("import sys\nopen(sys.prefix + '/../../../../../../etc/hostname')"), "file"
    )
    assert [s.arguments["resolved"] for s in opened] == ["/etc/hostname"]


def test_both_ends_of_a_move_are_told(called: Called) -> None:
    body = "open('/tmp/a', 'w').close()\nos.rename('/tmp/a', '/tmp/b')"
    moved = [s for s in only(called(body), "file") if s.operation == "os.rename"]
    assert [Path(s.arguments["path"]).name for s in moved] == ["a", "b"]


def test_a_shell_is_told_from_a_list_of_arguments(called: Called) -> None:
    body = (
        "import subprocess\n"
        "subprocess.run('true', shell=True)\n"
        "subprocess.run(['true', ';'])\n"
        "subprocess.run(['env', 'A=1', 'sh', '-c', 'true'])"
    )
    started = only(called(body), "process")
    assert [s.arguments["command"] for s in started] == ["true", None, "true"]
    assert [s.arguments["shell"] for s in started] == [True, False, True]


def test_literal_eval_compiles_and_does_not_execute(called: Called) -> None:
    sinks = called("import ast\nast.literal_eval('[1, 2]')").sinks
    assert [s.operation for s in sinks if s.category == "code"] == ["compile"]


def test_factors_show_in_inner_functions_and_tuples_of_executed_code(called: Called) -> None:
    sinks = called("eval('lambda x: (x * 30011, x in (40013, 2))')").sinks
    executed = next(s for s in sinks if s.operation == "exec")
    assert {30011, 40013} <= set(executed.arguments["constants"])


def test_template_engines_are_named_on_the_way(called: Called) -> None:
    body = (
        "from jinja2 import Template\nfrom mako.template import Template as Mako\n"
        "return Template('{{ 1 }}').render() + Mako('${2}').render()"
    )
    outcome = called(body, requirements="Jinja2\nMako\n")
    assert outcome.response == "12"
    told = only(outcome, "template")
    assert [(s.operation, s.arguments["source"]) for s in told] == [
        ("jinja2", "{{ 1 }}"),
        ("mako", "${2}"),
    ]
    executed = [s for s in outcome.sinks if s.operation == "exec"]
    assert {name for s in executed for name in s.through} >= {"jinja2", "mako"}


def test_an_unsafe_loader_imports_what_the_document_names(called: Called) -> None:
    body = (
        "import yaml\n"
        "text = '!!python/name:fzabcdefghjkmnpq.x'\n"
        "for loader in (yaml.SafeLoader, yaml.UnsafeLoader):\n"
        "    try:\n        yaml.load(text, loader)\n    except yaml.YAMLError:\n        pass"
    )
    told = only(called(body, requirements="PyYAML\n"), "import")
    assert [s.arguments["module"] for s in told] == ["fzabcdefghjkmnpq"]
    assert "yaml" in told[0].through


def test_what_a_library_does_in_its_own_thread_is_seen_without_a_place(called: Called) -> None:
    body = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(1) as pool:\n    list(pool.map(open, ['/etc/hostname']))"
    )
    opened = only(called(body), "file")
    assert [(s.arguments["path"], s.file) for s in opened] == [("/etc/hostname", None)]


def test_a_loop_does_not_use_up_the_records_of_a_call(called: Called) -> None:
    body = "for _ in range(2000):\n    open('/etc/hostname').close()\nos.system('true')"
    sinks = called(body).sinks
    assert [s.operation for s in sinks].count("open") == 100
    assert sinks[-1].operation == "os.system"


def test_the_records_of_a_call_that_dies_are_kept(called: Called) -> None:
    assert [s.operation for s in called("os.system('true')\nos._exit(3)").sinks] == ["os.system"]


def test_files_of_a_package_beside_the_code_are_not_the_applications(
    called: Called, tmp_path: Path
) -> None:
    (tmp_path / "oddname.py").write_text("def run(text):\n    return eval(text)\n")
    info = tmp_path / "Other_Name-1.0.dist-info"
    info.mkdir()
    (info / "RECORD").write_text("oddname.py,,\nOther_Name-1.0.dist-info/RECORD,,\n")
    executed = only(called("import oddname\noddname.run('1 + 1')"), "code")
    assert {(s.file, s.through) for s in executed} == {("app.py", ("oddname",))}


def test_connections_to_the_local_cloud_are_no_sinks(
    running: Callable[..., AbstractContextManager[LocalTarget]],
) -> None:
    code = (
        "import socket\ndef handler(event, context):\n"
        "    for host, port in ('localhost', 9), ('127.0.0.1', 9), ('127.0.0.1', 10):\n"
        "        try:\n            socket.socket().connect((host, port))\n"
        "        except OSError:\n            pass\n"
    )
    with running(code, environment={"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}) as target:
        outcome = target.invoke(b"{}")
    assert [s.arguments["port"] for s in only(outcome, "socket")] == [10]
