"""Calls that nobody waits for: the log tells of them, and the queues of the function's answers."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.errors import TargetError
from harness.model import Application, Function, Outcome, Status
from harness.targets.aws import PROVIDER
from harness.targets.base import Setup
from tests.integration.aws.account import Account
from tests.integration.aws.conftest import SECRET

Call = Callable[..., Outcome]
RUN = re.compile(r"START RequestId: (\S+)")


@pytest.fixture(scope="module")
def queues(shop: Account) -> dict[str, str]:
    """URLs of a queue for successes and one for dead letters, of a function without retries."""
    sqs, functions = shop.client("sqs"), shop.client("lambda")
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("done", "dead")}
    arns = {
        name: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        for name, url in urls.items()
    }
    functions.put_function_event_invoke_config(
        FunctionName="shop-talk",
        MaximumRetryAttempts=0,
        DestinationConfig={
            "OnSuccess": {"Destination": arns["done"]["QueueArn"]},
            "OnFailure": {"Destination": arns["dead"]["QueueArn"]},
        },
    )
    return urls


@pytest.fixture
def told(shop: Account, queues: dict[str, str]) -> Iterator[dict[str, Any]]:
    """What Lambda would tell of the next run; it does, beside what it tells of others."""
    sqs = shop.client("sqs")
    what: dict[str, Any] = {}

    def ran(_name: str, log: str) -> None:
        found = RUN.search(log)
        assert found is not None
        for id in ("another", found[1]):
            if "letter" in what:
                attributes = {"RequestID": id, "ErrorMessage": what["letter"]}
                sqs.send_message(
                    QueueUrl=queues["dead"],
                    MessageBody="{}",
                    MessageAttributes={
                        name: {"DataType": "String", "StringValue": value}
                        for name, value in attributes.items()
                    },
                )
            else:
                body = {"requestContext": {"requestId": id}, **what["record"]}
                sqs.send_message(QueueUrl=queues[what["queue"]], MessageBody=json.dumps(body))

    shop.ran = ran
    yield what
    shop.ran = lambda _name, _log: None
    for url in queues.values():
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages", ()
        ):
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def calling(scope: dict[str, Any], out: Path, **options: Any) -> Iterator[Call]:
    function = Function(name="shop-talk", runtime="python3.11", handler="app.handler", code=None)
    application = Application(name="a", source=Path("aws://eu-west-1"), functions=(function,))
    options = {**scope, "door": "async", **options}
    setup = PROVIDER.check(Setup(application=application, options=options, out=out))
    (function,) = setup.application.functions
    with PROVIDER.open(setup) as targets, targets.of(function, environment={}) as target:
        yield lambda event: target.invoke(json.dumps(event).encode())


@pytest.fixture
def call(scope: dict[str, Any], tmp_path: Path) -> Iterator[Call]:
    yield from calling(scope, tmp_path, read_destinations=True)


def test_the_log_tells_of_a_run_that_nobody_waits_for(
    scope: dict[str, Any], tmp_path: Path, shop: Account
) -> None:
    for call in calling(scope, tmp_path):
        shop.late = 2
        outcome = call({"do": "print", "lines": 2})
        assert (outcome.status, outcome.response) == (Status.OK, None)
        assert outcome.logs.startswith("line 0 xxx")
        raised = call({"do": "raise", "what": "id"})
        assert (raised.status, raised.error and raised.error.type) == (Status.ERROR, "KeyError")
        assert call("x" * 1_100_000).status is Status.TOO_LARGE
    lines = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    ids = [line["request"] for line in lines if "request" in line]
    assert ids[:2] == [outcome.request_id, raised.request_id]


def test_an_answer_comes_back_by_its_destination_without_secrets(
    call: Call, told: dict[str, Any], shop: Account, queues: dict[str, str]
) -> None:
    told |= {"queue": "done", "record": {"responsePayload": {"sum": 3, "password": SECRET}}}
    outcome = call({"a": 1})
    assert outcome.status is Status.OK
    assert outcome.response["sum"] == 3
    assert SECRET not in repr(outcome)
    left = shop.client("sqs").receive_message(QueueUrl=queues["done"], MaxNumberOfMessages=10)
    ids = [json.loads(m["Body"])["requestContext"]["requestId"] for m in left["Messages"]]
    assert ids == ["another"]


def test_a_failure_comes_back_by_its_destination_or_as_a_dead_letter(
    call: Call, told: dict[str, Any]
) -> None:
    failed = {"errorType": "KeyError", "errorMessage": "'id'", "stackTrace": ["line 1"]}
    told |= {
        "queue": "dead",
        "record": {"responsePayload": failed, "responseContext": {"functionError": "Unhandled"}},
    }
    outcome = call({"do": "raise", "what": "id"})
    assert outcome.status is Status.ERROR
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.trace) == ("KeyError", ("line 1",))
    told["letter"] = "'id'"
    letter = call({"do": "raise", "what": "id"})
    assert letter.error is not None
    assert letter.error.message == "'id'"


def test_a_log_that_never_comes_is_a_reason(scope: dict[str, Any], tmp_path: Path) -> None:
    scope = {**scope, "log_wait": 0}
    for call in calling(scope, tmp_path):
        with pytest.raises(TargetError, match=r"no log of its run was found \(none in time\)"):
            call({"do": "sleep"})
