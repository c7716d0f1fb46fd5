"""A payload that became structure is found; the same payload as data is silence."""

import shlex

import pytest

from harness.model import AwsCall, ExpectedWitness, Outcome
from harness.oracles.base import OracleContext
from harness.oracles.code import CodeOracle, TemplateOracle
from harness.oracles.deserialization import DeserializationOracle
from harness.oracles.network import NetworkOracle
from harness.oracles.paths import PathOracle
from harness.oracles.processes import ProcessOracle
from harness.oracles.sql import SqlOracle
from tests.unit.oracles.makers import CANARY, case, outcome, sink

COMMAND = f"x;echo {CANARY.token}$(({CANARY.a}*{CANARY.b}))"
SQL = f"x' OR '{CANARY.token}'='{CANARY.token}"


def shell(line: str) -> list[str]:
    seen = outcome(sinks=[sink("process", "os.system", command=line, argv=None)])
    return [v.rule for v in ProcessOracle().judge(case("os-command-injection", COMMAND, seen))]


@pytest.mark.parametrize(
    "line",
    [
        f"convert {COMMAND} out.png",
        f"convert '{COMMAND.replace('x;', chr(39) + ';')}",
        f"convert $(echo {CANARY.token}$((1*2)))",
        f'convert "$(echo {CANARY.token}$((1*2)))"',
        f"convert `echo {CANARY.token}$((1*2))`",
        f"convert x|echo {CANARY.token}1",
    ],
)
def test_a_payload_that_the_shell_parses_as_a_command_is_found(line: str) -> None:
    assert shell(line) == ["os-command-injection"]


@pytest.mark.parametrize(
    "line",
    [
        f"convert {shlex.quote(COMMAND)} out.png",
        f'convert "{COMMAND.replace("$", chr(92) + "$")}"',
        f"convert {CANARY.token}.png",
        f"echo {CANARY.token}",
    ],
)
def test_a_payload_as_one_quoted_word_is_no_finding(line: str) -> None:
    assert shell(line) == []


def test_a_payload_in_a_list_of_arguments_is_no_finding() -> None:
    seen = outcome(
        sinks=[sink("process", "subprocess.Popen", command=None, argv=["convert", COMMAND])]
    )
    assert not list(ProcessOracle().judge(case("os-command-injection", COMMAND, seen)))


@pytest.mark.parametrize(
    "statement",
    [
        f"select * from item where name = '{SQL}'",
        f"select * from item where id = {SQL}",
        f"select * from item where name = '{SQL}",
    ],
)
def test_a_payload_beyond_its_literal_is_sql_injection(statement: str) -> None:
    seen = outcome(sinks=[sink("sql", "sqlite3.execute", statement=statement)])
    verdicts = list(SqlOracle().judge(case("sql-injection", SQL, seen)))
    assert [v.rule for v in verdicts] == ["sql-injection"]
    assert verdicts[0].sink is not None
    assert verdicts[0].sink.line == 7


@pytest.mark.parametrize(
    "statement",
    [
        "select * from item where name = ?",
        "select * from item where name = '" + SQL.replace("'", "''") + "'",
        f"select * from item where name = '{CANARY.token}'",
        f'select * from "{CANARY.token}"',
        "select 1 -- 'it''s'",
    ],
)
def test_a_bound_or_escaped_value_is_no_finding(statement: str) -> None:
    seen = outcome(sinks=[sink("sql", "sqlite3.execute", statement=statement)])
    assert not list(SqlOracle().judge(case("sql-injection", SQL, seen)))


def test_a_literal_that_half_an_escape_leaves_open_is_sql_injection() -> None:
    def ran(value: str) -> Outcome:
        statement = f"select * from item where name = '{value}'"
        return outcome(sinks=[sink("sql", "sqlite3.execute", statement=statement)])

    half, benign = ran(SQL.replace("'", "''", 1)), ran(CANARY.token)
    assert list(SqlOracle().judge(case("sql-injection", SQL, half, control=benign)))
    for control in (half, outcome()):
        assert not list(SqlOracle().judge(case("sql-injection", SQL, half, control=control)))


def test_a_statement_carried_by_an_aws_call_is_looked_at() -> None:
    call = AwsCall(
        service="rds-data",
        operation="ExecuteStatement",
        parameters={"sql": f"select 1 where a = '{SQL}'"},
        status=200,
    )
    assert list(SqlOracle().judge(case("sql-injection", SQL, outcome(), calls=[call])))


def test_executed_code_that_holds_the_product_is_code_injection() -> None:
    record = sink("code", "exec", constants=[CANARY.product], names=[])
    verdicts = list(CodeOracle().judge(case("code-injection", "p", outcome(sinks=[record]))))
    assert [v.rule for v in verdicts] == ["code-injection"]


def test_code_made_by_a_template_engine_is_template_injection() -> None:
    record = sink("code", "exec", ("jinja2",), constants=[CANARY.product], names=[])
    verdicts = list(CodeOracle().judge(case("ssti", "p", outcome(sinks=[record]))))
    assert [v.rule for v in verdicts] == ["ssti"]


def test_a_payload_that_is_only_compiled_or_a_constant_text_is_no_finding() -> None:
    text = f"({CANARY.a}).__mul__({CANARY.b})"
    for record in (
        sink("code", "compile", source=text),
        sink("code", "exec", constants=[text], names=["print"]),
    ):
        assert not list(CodeOracle().judge(case("code-injection", text, outcome(sinks=[record]))))


def test_template_syntax_in_the_source_is_found_and_a_rendered_value_is_not() -> None:
    text = f"{{{{{CANARY.a}*{CANARY.b}}}}}"
    inside = sink("template", "jinja2", engine="jinja2", source=f"Dear {text}")
    outside = sink("template", "jinja2", engine="jinja2", source="Dear {{ name }}")
    oracle = TemplateOracle()
    assert list(oracle.judge(case("ssti", text, outcome(sinks=[inside]))))
    assert not list(oracle.judge(case("ssti", text, outcome(sinks=[outside]))))


CONTEXT = OracleContext(listener="127.0.0.1:5000", decoy_folder="/var/tmp/fz-decoys")


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"host": f"{CANARY.token}.oob.faasfuzz.invalid", "port": "443"}, True),
        ({"host": "127.0.0.1", "port": 5000}, True),
        ({"url": f"https://api.example.com/{CANARY.token}"}, False),
        ({"host": "api.example.com", "port": "443"}, False),
    ],
)
def test_only_a_host_that_the_payload_chose_is_request_forgery(
    arguments: dict[str, object], found: bool
) -> None:
    record = sink("socket", "socket.connect", **arguments)
    verdicts = list(NetworkOracle(CONTEXT).judge(case("ssrf", "u", outcome(sinks=[record]))))
    assert bool(verdicts) is found


@pytest.mark.parametrize(
    ("resolved", "found"),
    [
        (f"/var/tmp/fz-decoys/{CANARY.token}", True),
        (f"/var/tmp/fz-decoys/{CANARY.token}.txt", True),
        (f"/var/task/texts/{CANARY.token}", False),
    ],
)
def test_only_a_path_that_left_the_folder_is_traversal(resolved: str, found: bool) -> None:
    record = sink("file", "open", path="p", resolved=resolved, mode="r")
    verdicts = list(PathOracle(CONTEXT).judge(case("path-traversal", "p", outcome(sinks=[record]))))
    assert bool(verdicts) is found


def test_the_planted_text_in_a_log_is_a_read_of_the_decoy() -> None:
    seen = outcome(logs=f"content: {CANARY.planted}")
    told = case("path-traversal", "p", seen, witness=ExpectedWitness(decoy=True))
    assert [v.witness.where for v in PathOracle(CONTEXT).judge(told)] == ["log"]


def test_a_class_named_by_the_data_is_unsafe_deserialisation() -> None:
    ours = sink("deserialization", "pickle.find_class", module=CANARY.token, name="x")
    theirs = sink("deserialization", "pickle.find_class", module="collections", name="OrderedDict")
    oracle = DeserializationOracle()
    assert list(oracle.judge(case("unsafe-deserialization", "p", outcome(sinks=[ours]))))
    assert not list(oracle.judge(case("unsafe-deserialization", "p", outcome(sinks=[theirs]))))


def test_a_module_below_a_package_that_the_application_chose_is_no_finding() -> None:
    for module, found in ((CANARY.token, True), (f"plugins.{CANARY.token}", False)):
        record = sink("import", "import", ("importlib",), module=module)
        told = case("unsafe-deserialization", "p", outcome(sinks=[record]))
        assert bool(list(DeserializationOracle().judge(told))) is found


def test_a_call_that_carries_no_canary_is_tied_to_no_trial_of_several() -> None:
    oracle = DeserializationOracle()
    for alone in (True, False):
        record = sink("deserialization", "pickle.find_class", module="operator", name="mul")
        told = case("unsafe-deserialization", "p", outcome(sinks=[record]), alone=alone)
        assert bool(list(oracle.judge(told))) is alone
        record = sink("socket", "socket.connect", host="127.0.0.1", port=5000)
        told = case("ssrf", "u", outcome(sinks=[record]), alone=alone)
        assert bool(list(NetworkOracle(CONTEXT).judge(told))) is alone


def test_an_import_by_a_yaml_loader_is_unsafe_deserialisation() -> None:
    record = sink("import", "import", ("yaml",), module=CANARY.token)
    verdicts = list(DeserializationOracle().judge(case("ssti", "p", outcome(sinks=[record]))))
    assert [v.rule for v in verdicts] == ["unsafe-deserialization"]
