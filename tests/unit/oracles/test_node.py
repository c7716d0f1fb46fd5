"""What the sensors of a Node.js runtime tell, judged."""

import pytest

from harness.model import FunctionError, Status, Verdict
from harness.oracles.base import OracleContext
from harness.oracles.code import CodeOracle, TemplateOracle
from harness.oracles.deserialization import DeserializationOracle
from harness.oracles.exceptions import ExceptionOracle
from tests.unit.oracles.makers import CANARY, case, outcome, sink

CORE = f"{CANARY.a}*{CANARY.b}"


def raised(source: str) -> list[Verdict]:
    trace = (f'  File "/code/app.js", line 3, in handler\n    {source}\n',)
    error = FunctionError(type="RangeError", message="bad", trace=trace)
    seen = outcome(status=Status.ERROR, error=error)
    oracle = ExceptionOracle(OracleContext(task_root="/code"))
    return list(oracle.judge(case("unhandled-exception", "x", seen)))


def test_an_exception_that_the_application_throws_itself_is_a_refusal() -> None:
    assert raised("return day.toISOString();")
    for own in (
        "throw new Error('bad');",
        "if (!x) throw failure;",
        "return new BadRequestError()",
    ):
        assert not raised(own)


@pytest.mark.parametrize(
    ("engine", "source", "found"),
    [
        ("ejs", f"Dear <%= {CORE} %>", True),
        ("pug", f"p #{{{CORE}}}", True),
        ("nunjucks", f"{{{{ {CORE} }}}}", True),
        ("lodash", f"${{{CORE}}}", True),
        ("ejs", f"Dear {CORE} <%= name %>", False),
    ],
)
def test_an_expression_of_javascripts_engines_is_told_from_text(
    engine: str, source: str, found: bool
) -> None:
    seen = outcome(sinks=[sink("template", engine, engine=engine, source=source)])
    assert bool(list(TemplateOracle().judge(case("ssti", CORE, seen)))) is found


def test_code_that_an_engine_made_is_a_templates() -> None:
    made = sink("code", "exec", ("ejs",), constants=[CANARY.a, CANARY.b], names=[])
    told = list(CodeOracle().judge(case("ssti", CORE, outcome(sinks=[made]))))
    assert [verdict.rule for verdict in told] == ["ssti"]


@pytest.mark.parametrize(("source", "found"), [(CANARY.token, True), ("other", False)])
def test_a_function_made_of_data_is_a_finding_when_the_payload_wrote_it(
    source: str, found: bool
) -> None:
    made = sink("deserialization", "js-yaml.load", module="", name="", source=f"() => {source}")
    told = list(
        DeserializationOracle().judge(case("unsafe-deserialization", "x", outcome(sinks=[made])))
    )
    assert bool(told) is found
