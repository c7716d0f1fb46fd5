"""Calls that nobody waits for: the log tells of them, and wherever their records go."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.errors import TargetError
from harness.model import Application, Function, Outcome, Status
from harness.targets.aws import PROVIDER
from harness.targets.base import Setup
from tests.integration.aws.account import ACCOUNT, REGION, Account
from tests.integration.aws.conftest import SECRET
from tests.integration.aws.delivery import bury, deliver

Call = Callable[..., Outcome]
RUN = re.compile(r"START RequestId: (\S+)")
HEARS = "def handler(event, context):\n    print('was told', event)\n"


def arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


# Where records go, by what is behind it.
PLACES = {
    "a queue": arn("sqs", "told"),
    "a topic with a queue": arn("sns", "told"),
    "a topic with a queue that gets messages as they are": arn("sns", "told-raw"),
    "a topic with a function": arn("sns", "told-function"),
    "a function": arn("lambda", "function:shop-hears"),
    "a bus with a queue": arn("events", "event-bus/told"),
    "a bus with a log group": arn("events", "event-bus/told-log"),
}
BUCKET = "arn:aws:s3:::told-failures"
UNREAD = {
    arn("sns", "told-nobody"): "nothing that can be read is behind " + arn("sns", "told-nobody"),
    arn("events", "event-bus/told-other"): "nothing that can be read is behind ",
    arn("lambda", "function:bank-vault"): "the log of bank-vault is not in the scope",
    arn("sqs", "none"): "arn:aws:sqs:eu-west-1:123456789012:none: AWS.SimpleQueueService.NonExist",
    "arn:aws:sqs:us-east-1:123456789012:told": "is in another region",
}


@pytest.fixture(scope="module")
def places(shop: Account) -> Account:
    """The account with all PLACES."""
    shop.function("shop-hears", HEARS)
    sns, sqs, events = (shop.client(name) for name in ("sns", "sqs", "events"))
    sqs.create_queue(QueueName="told")
    queue = arn("sqs", "told")
    for name, protocol, endpoint, raw in (
        ("told", "sqs", queue, "false"),
        ("told-raw", "sqs", queue, "true"),
        ("told-function", "lambda", arn("lambda", "function:shop-hears"), "false"),
        ("told-nobody", "email", "nobody@example.com", "false"),
    ):
        topic = sns.create_topic(Name=name)["TopicArn"]
        sns.subscribe(
            TopicArn=topic,
            Protocol=protocol,
            Endpoint=endpoint,
            Attributes={"RawMessageDelivery": raw},
        )
    shop.client("logs").create_log_group(logGroupName="/told")
    results = {"detail-type": [{"prefix": "Lambda Function Invocation Result"}]}
    for name, pattern, target in (
        ("told", results, queue),
        ("told-log", results, arn("logs", "log-group:/told")),
        ("told-other", {"source": ["shop"]}, queue),
    ):
        events.create_event_bus(Name=name)
        events.put_rule(Name="all", EventBusName=name, EventPattern=json.dumps(pattern))
        events.put_targets(Rule="all", EventBusName=name, Targets=[{"Id": "1", "Arn": target}])
    shop.client("s3").create_bucket(
        Bucket="told-failures", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    return shop


@contextmanager
def destined(
    shop: Account, *, success: str = "", failure: str = "", retries: int = 0
) -> Iterator[None]:
    """The function's records go where ARNs say."""
    both = (("OnSuccess", success), ("OnFailure", failure))
    client = shop.client("lambda")
    client.put_function_event_invoke_config(
        FunctionName="shop-talk",
        MaximumRetryAttempts=retries,
        DestinationConfig={kind: {"Destination": arn} for kind, arn in both if arn},
    )
    try:
        yield
    finally:
        client.delete_function_event_invoke_config(FunctionName="shop-talk")


@contextmanager
def telling(shop: Account, tell: Callable[[str], None]) -> Iterator[None]:
    """Lambda tells of the function's runs, after it told of another one's, by `tell(id)`."""

    def ran(name: str, log: str) -> None:
        found = RUN.search(log)
        assert found is not None
        if name == "shop-talk":
            tell("00000000-1111-2222-3333-444444444444")
            tell(found[1])
            shop.late = 2

    shop.ran = ran
    try:
        yield
    finally:
        shop.ran = lambda _name, _log: None


def of_run(id: str, payload: Any, **context: str) -> dict[str, Any]:
    """A record as the service's documentation shows it."""
    return {
        "version": "1.0",
        "requestContext": {
            "requestId": id,
            "functionArn": f"{arn('lambda', 'function:shop-talk')}:$LATEST",
            "condition": "RetriesExhausted" if context else "Success",
            "approximateInvokeCount": 1,
        },
        "requestPayload": {"id": id},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", **context},
        "responsePayload": payload,
    }


@contextmanager
def calling(scope: dict[str, Any], out: Path, **options: Any) -> Iterator[Call]:
    setup = checked(scope, out, **options)
    (function,) = setup.application.functions
    with PROVIDER.open(setup) as targets, targets.of(function, environment={}) as target:
        yield lambda event: target.invoke(json.dumps(event).encode())


def checked(scope: dict[str, Any], out: Path, **options: Any) -> Setup:
    function = Function(name="shop-talk", runtime="python3.11", handler="app.handler", code=None)
    application = Application(name="a", source=Path("aws://eu-west-1"), functions=(function,))
    options = {**scope, "door": "async", **options}
    return PROVIDER.check(Setup(application=application, options=options, out=out))


def left(shop: Account) -> list[str]:
    """The messages in the queue."""
    queue = shop.client("sqs").get_queue_url(QueueName="told")["QueueUrl"]
    told = shop.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    messages = told.get("Messages", ())
    for message in messages:
        shop.client("sqs").delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return [message["Body"] for message in messages]


def test_the_log_tells_of_a_run_that_nobody_waits_for(
    scope: dict[str, Any], tmp_path: Path, shop: Account
) -> None:
    with calling(scope, tmp_path) as call:
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


@pytest.mark.parametrize("place", PLACES)
def test_an_answer_comes_back_by_its_destination_without_secrets(
    place: str, scope: dict[str, Any], tmp_path: Path, places: Account
) -> None:
    to = PLACES[place]
    answer = {"sum": 3, "password": SECRET}

    def tell(id: str) -> None:
        deliver(places, to, "shop-talk", of_run(id, answer))

    with (
        destined(places, success=to),
        telling(places, tell),
        calling(scope, tmp_path, read_destinations=True) as call,
    ):
        outcome = call({"a": 1})
    assert outcome.status is Status.OK
    assert outcome.response["sum"] == 3
    assert SECRET not in repr(outcome)
    rest = "".join(left(places))
    assert outcome.request_id not in rest
    # What is of others stays where it was.
    assert ("00000000-1111" in rest) is ("queue" in place)


@pytest.mark.parametrize("to", [PLACES["a bus with a queue"], BUCKET])
def test_a_failure_comes_back_by_its_destination(
    to: str, scope: dict[str, Any], tmp_path: Path, places: Account
) -> None:
    failed = {"errorType": "KeyError", "errorMessage": "'id'", "stackTrace": ["line 1"]}

    def tell(id: str) -> None:
        deliver(places, to, "shop-talk", of_run(id, failed, functionError="Unhandled"))

    with (
        destined(places, failure=to),
        telling(places, tell),
        calling(scope, tmp_path, read_destinations=True) as call,
    ):
        outcome = call({"do": "raise", "what": "id"})
    assert outcome.status is Status.ERROR
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.trace) == ("KeyError", ("line 1",))
    left(places)
    objects = places.client("s3").list_objects_v2(Bucket="told-failures")
    assert objects["KeyCount"] == (1 if to == BUCKET else 0)  # the other one's


@pytest.mark.parametrize("to", [PLACES["a queue"], PLACES["a topic with a queue"]])
def test_a_failure_comes_back_as_a_dead_letter(
    to: str, scope: dict[str, Any], tmp_path: Path, places: Account
) -> None:
    places.buried = {"shop-talk": to}
    with (
        destined(places),
        telling(places, lambda id: bury(places, to, id, f"letter of {id}")),
        calling(scope, tmp_path, read_destinations=True) as call,
    ):
        outcome = call({"do": "exit"})
    places.buried = {}
    assert outcome.error is not None
    assert outcome.error.message == f"letter of {outcome.request_id}"
    (other,) = left(places)
    assert "letter of 00000000-1111" in other or other == "{}"


def test_what_cannot_be_read_back_is_told_in_one_line(
    scope: dict[str, Any], tmp_path: Path, places: Account
) -> None:
    for to, why in UNREAD.items():
        with destined(places, success=to):
            (function,) = checked(scope, tmp_path, read_destinations=True).application.functions
        assert all("\n" not in note for note in function.notes)
        assert function.notes[0].startswith("what became of asynchronous calls: ")
        assert why in function.notes[0]
    with destined(places, success=to):
        (quiet,) = checked(scope, tmp_path).application.functions
    assert quiet.notes == ()


def test_failures_that_are_tried_again_are_told_not_to_be_read(
    scope: dict[str, Any], tmp_path: Path, places: Account
) -> None:
    with destined(places, failure=BUCKET, retries=2):
        (function,) = checked(scope, tmp_path, read_destinations=True).application.functions
    (note,) = function.notes
    assert note.endswith("failures are tried 2 times more before they are told: not read")


def test_what_may_not_be_read_back_is_a_note_and_not_the_end(
    scope: dict[str, Any], tmp_path: Path, places: Account
) -> None:
    to = PLACES["a bus with a queue"]
    places.denied = {"ListRules"}
    try:
        with (
            destined(places, success=to),
            calling(scope, tmp_path, read_destinations=True) as call,
        ):
            assert call({"a": 1}).status is Status.OK
            (function,) = checked(scope, tmp_path, read_destinations=True).application.functions
    finally:
        places.denied = set()
    (note,) = function.notes
    assert note.endswith(f"{to}: AccessDeniedException: not allowed")


@pytest.mark.parametrize(
    ("to", "denied"), [(PLACES["a function"], "FilterLogEvents"), (BUCKET, "/told-failures")]
)
def test_a_place_that_may_not_be_read_is_told_before_the_first_call(
    to: str, denied: str, scope: dict[str, Any], tmp_path: Path, places: Account
) -> None:
    places.denied = {denied}
    try:
        with destined(places, failure=to):
            (function,) = checked(scope, tmp_path, read_destinations=True).application.functions
    finally:
        places.denied = set()
    (note,) = function.notes
    assert note.startswith(f"what became of asynchronous calls: {to}: ")
    assert "\n" not in note


def test_a_log_that_never_comes_is_a_reason(scope: dict[str, Any], tmp_path: Path) -> None:
    scope = {**scope, "log_wait": 0}
    with (
        calling(scope, tmp_path) as call,
        pytest.raises(TargetError, match=r"no log of its run was found \(none in time\)"),
    ):
        call({"do": "sleep"})
