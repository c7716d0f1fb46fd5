"""The HTTP target against a real server: what lets it in, and what goes wrong."""

import base64
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from harness.deployed.caps import CapReached
from harness.errors import TargetError
from harness.model import Application, Function, Outcome, Status, Trigger
from harness.targets.base import Setup
from harness.targets.http.kinds import doors
from harness.targets.http.provider import PROVIDER

FUNCTION = Function(name="F", runtime="python3.11", handler="a.b", code=None, timeout=1)
TRIGGER = Trigger(template="aws.apigateway.rest")
EVENT: Any = dict(doors()[TRIGGER.template].template.event)


class Server:
    """Keeps what it was sent; answers with the next of `answers`, or 200."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.answers: list[Response] = []

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        request = Request(environ)
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append((request.method, str(environ["REQUEST_URI"]), headers))
        answer = self.answers.pop(0) if self.answers else Response("fine")
        return answer(environ, start)


@pytest.fixture
def server() -> Iterator[tuple[str, Server]]:
    app = Server()
    made = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}/prod", app
    made.shutdown()
    thread.join()
    made.server_close()


@contextmanager
def calling(out: Path, **options: Any) -> Iterator[Any]:
    application = Application(name="a", source=out, functions=(FUNCTION,))
    setup = PROVIDER.check(Setup(application=application, options=options, out=out))
    with PROVIDER.open(setup) as targets, targets.of(FUNCTION, environment={}) as target:

        def call(event: Any = EVENT, trigger: Trigger | None = TRIGGER) -> Outcome:
            told: Outcome = target.invoke(json.dumps(event).encode(), trigger=trigger)
            return told

        yield call


def test_a_request_goes_below_the_stage_with_the_events_headers(
    server: tuple[str, Server], tmp_path: Path
) -> None:
    with calling(tmp_path, url=server[0], headers={"X-Api-Key": "k"}) as call:
        outcome = call({**EVENT, "path": "/a/../b"})
    method, target, headers = server[1].requests[0]
    assert (method, target) == ("POST", "/prod/a/../b?q=sample")
    assert headers["user-agent"].startswith("Mozilla")
    assert headers["x-api-key"] == "k"
    assert outcome.response["body"] == "fine"
    assert outcome.duration > 0


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"bearer": "t"}, "Bearer t"),
        ({"basic": "ada:pw"}, "Basic " + base64.b64encode(b"ada:pw").decode()),
    ],
)
def test_it_is_let_in_by_a_header_unless_the_event_forges_one(
    server: tuple[str, Server], tmp_path: Path, options: dict[str, Any], expected: str
) -> None:
    forged = {**EVENT["multiValueHeaders"], "Authorization": ["forged"]}
    with calling(tmp_path, url=server[0], **options) as call:
        call()
        call({**EVENT, "multiValueHeaders": forged})
    told = [headers.get("authorization") for _, _, headers in server[1].requests]
    assert told == [expected, "forged"]


def test_a_cookie_that_was_set_is_not_sent_with_the_next_call(
    server: tuple[str, Server], tmp_path: Path
) -> None:
    server[1].answers = [Response("x", headers={"set-cookie": "session=1"})]
    with calling(tmp_path, url=server[0]) as call:
        assert call().response["multiValueHeaders"]["set-cookie"] == ["session=1"]
        call()
    assert "cookie" not in server[1].requests[1][2]


def test_it_is_signed_when_asked(
    server: tuple[str, Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with calling(tmp_path, url=server[0], sigv4={"region": "eu-west-1"}) as call:
        call()
    told = server[1].requests[0][2]["authorization"]
    assert told.startswith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
    assert "/eu-west-1/execute-api/aws4_request" in told


def test_it_logs_in_with_cognito_and_again_when_no_longer_let_in(
    server: tuple[str, Server], tmp_path: Path
) -> None:
    cloud = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    cloud.start()
    try:
        host, port = cloud.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        session = boto3.Session(
            aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1"
        )
        pools = session.client("cognito-idp", endpoint_url=endpoint)
        pool = pools.create_user_pool(PoolName="p")["UserPool"]["Id"]
        client = pools.create_user_pool_client(
            UserPoolId=pool, ClientName="c", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
        )["UserPoolClient"]["ClientId"]
        pools.admin_create_user(UserPoolId=pool, Username="ada")
        pools.admin_set_user_password(
            UserPoolId=pool, Username="ada", Password="Pa55-word!", Permanent=True
        )
        user = {
            "region": "us-east-1",
            "client_id": client,
            "username": "ada",
            "password": "Pa55-word!",
            "endpoint_url": endpoint,
        }
        server[1].answers = [Response('{"message":"Unauthorized"}', 401)]
        with calling(tmp_path, url=server[0], cognito=user) as call:
            assert call().status is Status.OK
        assert [h["authorization"][:10] for _, _, h in server[1].requests] == ["Bearer eyJ"] * 2
        wrong = {**user, "password": "other"}
        with (
            pytest.raises(TargetError, match="ada is not let in") as refused,
            calling(tmp_path, url=server[0], cognito=wrong),
        ):
            pass
        assert "other" not in str(refused.value)
    finally:
        cloud.stop()


def test_a_front_that_never_lets_in_is_a_reason_later_refusals_are_not_sent(
    server: tuple[str, Server], tmp_path: Path
) -> None:
    refusal = '{"message":"Forbidden"}'
    with calling(tmp_path, url=server[0]) as call:
        server[1].answers = [Response(refusal, 403)]
        with pytest.raises(TargetError, match=r"refuses POST .*403"):
            call()
        assert call().status is Status.OK
        server[1].answers = [Response(refusal, 403)]
        assert call().status is Status.UNSENT


def test_what_does_not_answer_is_a_timeout_and_what_is_not_there_a_reason(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with calling(tmp_path, url=f"http://127.0.0.1:{port}", timeout=0.3) as call:
            assert call().status is Status.TIMEOUT
    with (
        calling(tmp_path, url=f"http://127.0.0.1:{port}") as call,
        pytest.raises(TargetError, match="cannot be reached"),
    ):
        call()


def test_an_event_that_is_no_request_calls_nothing(
    server: tuple[str, Server], tmp_path: Path
) -> None:
    with calling(tmp_path, url=server[0]) as call:
        assert call({"Records": []}).status is Status.UNSENT
        assert call({}, None).status is Status.UNSENT
    assert server[1].requests == []


def test_what_is_elsewhere_is_called_under_caps_and_audited(
    server: tuple[str, Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = socket.getaddrinfo
    monkeypatch.setattr(  # a name that means this machine, and does not say so
        socket,
        "getaddrinfo",
        lambda host, *more, **how: here("127.0.0.1" if "api" in str(host) else host, *more, **how),
    )
    url = server[0].replace("127.0.0.1", "api.example.com")
    allowed = {"hosts": "*.example.com", "i_may_test_this": "true", "calls_per_second": 1000}
    for _ in range(2):  # as two workers would
        with calling(tmp_path, url=url, max_calls="4", bearer="planted-t0ken", **allowed) as call:
            assert [call().status for _ in range(2)] == [Status.OK] * 2
    with (
        calling(tmp_path, url=url, max_calls=4, **allowed) as call,
        pytest.raises(CapReached, match="the cap of 4 calls is reached; raise max_calls"),
    ):
        call()
    assert len(server[1].requests) == 4
    text = (tmp_path / "audit.jsonl").read_text()
    told = [json.loads(line) for line in text.splitlines()]
    assert [(line["call"], line["resource"]) for line in told] == [
        (number, f"POST {url}") for number in range(1, 5)
    ]
    assert "planted" not in text
    application = Application(name="a", source=tmp_path, functions=(FUNCTION,))
    setup = PROVIDER.check(Setup(application=application, options={"url": url, **allowed}))
    assert (setup.options["state_changing"], setup.options["max_calls"]) == (False, 1000)
