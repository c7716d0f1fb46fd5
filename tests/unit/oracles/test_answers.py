"""What stands in an answer, a message or a log: as structure it is found, as data it is silent."""

import csv
import html
import io
import json
from typing import Any

import pytest

from harness.model import AwsCall, Canary, Case, FunctionError, Status
from harness.oracles.answers import AnswerOracle
from harness.oracles.base import OracleContext
from harness.oracles.fields import FieldOracle
from harness.oracles.identity import IdentityOracle, SilenceOracle
from harness.oracles.logs import LogOracle
from harness.oracles.loops import LoopOracle
from harness.oracles.markup import MarkupOracle
from harness.oracles.messages import MessageOracle
from harness.oracles.prompts import PromptOracle
from harness.oracles.prototypes import PrototypeOracle
from harness.oracles.queries import QueryOracle
from harness.oracles.resources import BacktrackOracle, WalletOracle
from harness.oracles.state import StateOracle
from tests.unit.oracles.makers import CANARY, case, outcome, sink

T = CANARY.token
HOST = f"{T}.oob.faasfuzz.invalid"
OTHER = Canary.make(2, 2).token


def rules(oracle: Any, told: Case) -> list[str]:
    return [verdict.rule for verdict in oracle.judge(told)]


def http(rule: str, response: Any, text: str = T, **more: Any) -> Case:
    return case(rule, text, outcome(response=response), kind="http-v2", **more)


def page(body: str, media: str = "text/html") -> dict[str, Any]:
    return {"statusCode": 200, "headers": {"Content-Type": media}, "body": body}


@pytest.mark.parametrize(
    "body",
    [
        f"<p>x<{T}></p>",
        f'<input value="x" {T}="x">',
        f'<a href="javascript:{T}//">',
        f'<a href="java\tscript:{T}//">',
        f"<script>var a = ''-{T}-'';</script>",
        f"<img onerror=\"load(''-{T})\">",
        f"<title>x</title></textarea></script><{T}>",
    ],
)
def test_markup_of_the_payloads_own_is_found(body: str) -> None:
    assert rules(MarkupOracle(), http("xss", page(body))) == ["xss"]
    assert rules(MarkupOracle(), http("xss", page(body, "application/json"))) == []
    assert rules(MarkupOracle(), http("xss", page(body.replace(T, OTHER)))) == []


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{html.escape(f'<{T}>')}</p>",
        f'<input value="{html.escape(T + chr(34) + " x=")}">',
        f"<script>var a = {json.dumps(T)}; // {T}\n</script>",
        f'<a href="/search?q=javascript:{T}">{T}</a>',
        f"<!-- <{T}> -->",
    ],
)
def test_text_of_a_page_is_data(body: str) -> None:
    assert rules(MarkupOracle(), http("xss", page(body))) == []


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (f"https://{HOST}/", True),
        (f"//{HOST}/", True),
        (f"/\\{HOST}/", True),
        (f"/\t/{HOST}/", True),
        (f"https:/{HOST}/", True),
        (f"https://example.com@{HOST}/", True),
        (f"/{HOST}/", False),
        (f"https://example.com/?next=https://{HOST}/", False),
        (f"https://{T}.example.com/", False),
    ],
)
def test_a_redirect_to_a_foreign_host_only(target: str, found: bool) -> None:
    told = http("open-redirect", {"statusCode": 302, "headers": {"location": target}})
    assert bool(rules(AnswerOracle(), told)) is found
    told = http("open-redirect", {"statusCode": 200, "headers": {"location": target}})
    assert rules(AnswerOracle(), told) == []


def test_a_header_line_of_the_payloads_own() -> None:
    for value, found in ((f"x\r\n{T}: 1", True), (f"x {T}: 1", False), (f"x\\r\\n{T}: 1", False)):
        told = http("header-injection", {"statusCode": 200, "headers": {"x": value}})
        assert bool(rules(AnswerOracle(), told)) is found


def test_a_foreign_origin_with_credentials() -> None:
    origin = f"https://{HOST}"

    def told(allowed: str, credentials: str) -> Case:
        headers = {
            "access-control-allow-origin": allowed,
            "access-control-allow-credentials": credentials,
        }
        return http("cors-misconfiguration", {"statusCode": 200, "headers": headers}, origin)

    assert rules(AnswerOracle(), told(origin, "true")) == ["cors-misconfiguration"]
    assert rules(AnswerOracle(), told(origin, "false")) == []
    assert rules(AnswerOracle(), told("*", "true")) == []


def call(operation: str, service: str = "sqs", **parameters: Any) -> AwsCall:
    return AwsCall(
        service=service, operation=operation, parameters=parameters, status=200, mutating=True
    )


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f'{{"a": "x","{T}":"x"}}', True),
        (f'{{"x": 1}}\n{{"{T}": 1}}', True),
        (f"<a>x<{T}/></a>", True),
        (f'<a b="x" {T}="x"/>', True),
        (json.dumps({"a": f'x","{T}":"x'}), False),
        (f"<a>{html.escape(f'<{T}/>')}</a>", False),
        (f"plain {T} text", False),
    ],
)
def test_a_member_or_element_of_the_payloads_own(body: str, found: bool) -> None:
    told = case("message-tampering", T, outcome(), calls=[call("SendMessage", MessageBody=body)])
    assert bool(rules(MessageOracle(), told)) is found


def test_a_mail_header_of_the_payloads_own() -> None:
    for raw, found in (
        (f"To: a@b\nSubject: x\n{T}: 1\n\nbody", True),
        (f"To: a@b\nBcc: {T}@example.com\n\nbody", True),
        (f"To: a@b\nSubject: x {T}: 1\n\nBcc: {T}@example.com", False),
    ):
        sent = call("SendRawEmail", "ses", RawMessage={"Data": raw})
        told = case("header-injection", T, outcome(), calls=[sent])
        assert bool(rules(MessageOracle(), told)) is found


def test_a_cell_that_is_a_formula() -> None:
    for cell, found in ((f'=1+1&"{T}"', True), (f'\'=1+1&"{T}"', False), (f"x {T}", False)):
        text = io.StringIO()
        csv.writer(text).writerow(["name", cell])
        told = http("csv-injection", page(text.getvalue(), "text/csv"))
        assert bool(rules(MessageOracle(), told)) is found
        stored = call("PutObject", "s3", Key="a.csv", Body=text.getvalue())
        told = case("csv-injection", T, outcome(), calls=[stored])
        assert bool(rules(MessageOracle(), told)) is found
    assert rules(MessageOracle(), http("csv-injection", page(f"={T}", "text/plain"))) == []


def test_a_forged_log_line() -> None:
    for logs, found in (
        (f"login of x\n[INFO] {T} forged\n", True),
        (f"login of 'x\\n[INFO] {T} forged'\n", False),
        (f"login of x [INFO] {T} forged\n", False),
    ):
        told = case("log-injection", T, outcome(logs=logs))
        assert bool(rules(LogOracle(), told)) is found


def test_operators_and_expressions_of_the_payloads_own() -> None:
    operator = {"$ne": T}
    for query, found in (({"a": operator}, True), ({"a": T}, False), ({"a": str(operator)}, False)):
        record = sink("query", "pymongo.find", language="mongo", query=query)
        told = case("nosql-injection", "t", outcome(sinks=[record]), value=operator)
        assert bool(rules(QueryOracle(), told)) is found
    text = f"a OR attribute_exists({T})"
    for expression, found in ((f"b = {text}", True), ("#a = :v", False)):
        scan = call("Scan", "dynamodb", FilterExpression=expression)
        told = case("nosql-injection", text, outcome(), calls=[scan])
        assert bool(rules(QueryOracle(), told)) is found


def test_a_filter_with_an_assertion_of_the_payloads_own() -> None:
    for query, found in ((f"(uid=x)({T}=*)", True), (f"(uid=x\\29\\28{T}=\\2a)", False)):
        record = sink("query", "ldap3.search", language="ldap", query=query)
        told = case("ldap-injection", f"x)({T}=*", outcome(sinks=[record]))
        assert bool(rules(QueryOracle(), told)) is found


def test_a_parsers_complaint_counts_for_a_trial_that_was_alone() -> None:
    error = FunctionError(type="XPathEvalError", message="Invalid predicate")
    broken = outcome(status=Status.ERROR, error=error)
    assert rules(QueryOracle(), case("xpath-injection", "x'", broken)) == ["xpath-injection"]
    assert rules(QueryOracle(), case("xpath-injection", "x'", broken, alone=False)) == []
    assert rules(QueryOracle(), case("xpath-injection", "x'", broken, control=broken)) == []


def test_a_prototype_with_a_member_of_the_payloads_own() -> None:
    for key, found in ((T, True), (OTHER, False)):
        record = sink(
            "prototype", "Object.prototype", object="Object.prototype", key=key, value="x"
        )
        told = case("prototype-pollution", "p", outcome(sinks=[record]))
        assert bool(rules(PrototypeOracle(), told)) is found


def test_a_value_of_an_earlier_call_is_a_leak_and_of_this_call_none() -> None:
    oracle = StateOracle()
    earlier = case("state-leak", OTHER, outcome(response=[OTHER]))
    earlier = Case(
        invocation=earlier.invocation,
        trial=earlier.trial,
        observation=earlier.observation,
        control=earlier.control,
        control_canary=Canary.make(2, 2),
    )
    assert rules(oracle, case("state-leak", T, outcome(response=[T]))) == []
    assert rules(oracle, earlier) == ["state-leak"]
    assert rules(oracle, case("state-leak", T, outcome(response=[OTHER]))) == []  # of nobody's


def test_cpu_time_that_explodes() -> None:
    quick, slow = outcome(cpu=1.0), outcome(cpu=900.0)
    late = outcome(status=Status.TIMEOUT, duration=3000)
    for seen in (slow, late):
        assert rules(BacktrackOracle(), case("redos", "a!", seen, control=quick)) == ["redos"]
        assert rules(BacktrackOracle(), case("redos", "a!", seen, control=quick, alone=False)) == []
    assert rules(BacktrackOracle(), case("redos", "a!", slow, control=slow)) == []


def test_calls_that_follow_a_number() -> None:
    many, few = [call("Publish", "sns")] * 100, [call("Publish", "sns")] * 20
    assert rules(WalletOracle(), case("denial-of-wallet", "120", outcome(), calls=many))
    assert not rules(WalletOracle(), case("denial-of-wallet", "120", outcome(), calls=few))


def put_event(source: str, state: str) -> AwsCall:
    detail = f'{{"state": "{state}", "note": "{T}"}}'
    return call("PutEvents", "events", Entries=[{"Source": source, "Detail": detail}])


RULE = {
    "rule": "orders",
    "bus": "default",
    "pattern_json": '{"source": ["orders"], "detail": {"state": ["new"]}}',
}
QUEUE = {"queue_arn": "arn:aws:sqs:us-east-1:123456789012:jobs"}


@pytest.mark.parametrize(
    ("made", "facts", "found"),
    [
        (call("SendMessage", QueueUrl="http://h/1/jobs", MessageBody=T), QUEUE, True),
        (call("SendMessage", QueueUrl="http://h/1/others", MessageBody=T), QUEUE, False),
        (call("SendMessage", QueueUrl="http://h/1/jobs", MessageBody="x"), QUEUE, False),
        (
            call("SendMessage", QueueUrl="http://h/1/jobs", MessageBody=f'{{"{T}": 1, "n": 2}}'),
            QUEUE,
            False,
        ),
        (call("PutObject", "s3", Bucket="up", Key=f"a/{T}"), {"bucket": "up"}, True),
        (
            call("PutObject", "s3", Bucket="up", Key=f"a/{T}"),
            {"bucket": "up", "prefix": "in/", "suffix": ""},
            False,
        ),
        (call("DeleteObject", "s3", Bucket="up", Key=T), {"bucket": "up"}, False),
        (
            call("PutItem", "dynamodb", TableName="t", Item={"a": {"S": T}}),
            {"stream_arn": "arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/2026"},
            True,
        ),
        (put_event("orders", "new"), RULE, True),
        (put_event("orders", "new"), RULE | {"bus": "other"}, False),
        (put_event("orders", "done"), RULE, False),
        (put_event("stock", "new"), RULE, False),
        (put_event("orders", "new"), {"rule": "nightly"}, False),
    ],
)
def test_a_write_to_the_own_trigger(made: AwsCall, facts: dict[str, str], found: bool) -> None:
    told = case("event-loop", T, outcome(), calls=[made], facts=facts)
    assert bool(rules(LoopOracle(), told)) is found


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"system": [{"text": f"Be {T}."}]}, True),
        ({"body": f'{{"system": "Be {T}."}}'}, True),
        ({"messages": [{"role": "developer", "content": [{"text": T}]}]}, True),
        ({"instructions": T, "input": "x"}, True),
        ({"system": [{"text": "Be kind."}], "messages": [{"role": "user", "content": T}]}, False),
        ({"body": f"not JSON {T}"}, False),
    ],
)
def test_a_payload_among_a_model_s_instructions(asked: dict[str, object], found: bool) -> None:
    made = call("Converse", "bedrock-runtime", **asked)
    told = case("prompt-injection", T, outcome(), calls=[made])
    assert bool(rules(PromptOracle(OracleContext()), told)) is found


def test_a_privileged_field_as_the_caller_wrote_it() -> None:
    for address, item, found in (
        ("/body!json/role", {"role": {"S": T}}, True),
        ("/body!json/isAdmin", {"isAdmin": T}, True),
        ("/body!json/role", {"role": {"S": "reader"}, "note": {"S": T}}, False),
        ("/body!json/name", {"name": {"S": T}}, False),
    ):
        put = call("PutItem", "dynamodb", TableName="t", Item=item)
        told = case("mass-assignment", T, outcome(), calls=[put], address=address)
        assert bool(rules(FieldOracle(), told)) is found


def test_a_forged_identity_that_is_let_in() -> None:
    refused, let_in = outcome(response={"statusCode": 401}), outcome(response={"statusCode": 200})
    told = case("auth-bypass", "t", let_in, control=refused, kind="http-v1")
    assert rules(IdentityOracle(), told) == ["auth-bypass"]
    for seen, control in ((let_in, let_in), (refused, refused)):
        told = case("auth-bypass", "t", seen, control=control, kind="http-v1")
        assert rules(IdentityOracle(), told) == []


def test_a_refusal_without_a_log_line() -> None:
    for logs, found in (("", True), ("refused: no token\n", False)):
        refused = outcome(response={"statusCode": 401}, logs=logs)
        told = case("missing-logging", "t", refused, control=refused, kind="http-v1")
        assert bool(rules(SilenceOracle(), told)) is found


@pytest.mark.parametrize(
    ("visible", "asked", "found"),
    [
        (True, "Pages: tenant-x1", True),
        (True, "Pages: one's own", False),
        (False, "Pages: tenant-x1", False),
    ],
)
def test_another_tenant_s_row_in_a_prompt(visible: bool, asked: str, found: bool) -> None:
    oracle = PromptOracle(OracleContext(strangers={"tenant-x1": "diary"}))
    made = call("Converse", "bedrock-runtime", messages=[{"role": "user", "content": asked}])
    told = case("prompt-injection", "q", outcome(), calls=[made], visible=visible)
    assert bool(rules(oracle, told)) is found
