"""An AWS account on this machine: moto over the wire, in which Lambda's functions really run.

Invoke is answered by our Lambda service with the local runtime; each run's log goes to moto's
CloudWatch Logs. Everything else is moto.
"""

import io
import json
import re
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import boto3
from moto.events.models import EventPattern
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from harness.model import Application, Function
from harness.serve.api import LambdaService
from harness.serve.runtimes import Warm
from harness.targets.local import LocalTarget

ACCOUNT = "123456789012"
REGION = "eu-west-1"
KEYS = {
    "aws_access_key_id": "AKIAPLANTEDPLANTED12",
    "aws_secret_access_key": "planted/Secret+Key9876",
}
TOKEN = "plantedSessionToken/abc+DEF=="
_INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")


class _Quiet(WSGIRequestHandler):
    def log_request(self, *_: object) -> None:
        pass


class Account:
    """`denied` are operations (the end of a target or a path) that the credentials may not call.

    `throttled` is how many invocations more are refused; `late` how many readings of the log go by
    before a run's lines are there. `ran` is told of each run, `deliver` of each request.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._services: dict[str, LambdaService] = {}
        self._waiting: list[tuple[str, str]] = []
        self.denied: set[str] = set()
        self.throttled = 0
        self.late = 0
        self.requests: list[str] = []
        self.buried: dict[str, str] = {}
        self.ran: Callable[[str, str], None] = lambda _name, _log: None
        self.deliver: Callable[[str, bytes], None] = lambda _call, _body: None
        self._lock = threading.Lock()
        self._session = boto3.Session(**KEYS, aws_session_token=TOKEN, region_name=REGION)
        self._clients: dict[str, Any] = {}

    def start(self) -> None:
        self._server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=_Quiet)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.port}"
        urlopen(Request(f"{self.url}/moto-api/reset", method="POST")).close()
        self.role = self.client("iam").create_role(
            RoleName="functions", AssumeRolePolicyDocument="{}"
        )["Role"]["Arn"]

    def stop(self) -> None:
        for service in self._services.values():
            service.stop()
        self._server.shutdown()
        self._server.server_close()

    def client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.client(service, endpoint_url=self.url)
            return self._clients[service]

    def function(self, name: str, code: str, **environment: str) -> str:
        """Deploy Python code with a `handler`; its ARN."""
        folder = self._folder / name
        folder.mkdir()
        (folder / "app.py").write_text(code)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("app.py", code)
        told = self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.11",
            Role=self.role,
            Handler="app.handler",
            Code={"ZipFile": archive.getvalue()},
            Timeout=3,
            MemorySize=256,
            Environment={"Variables": environment},
        )
        function = Function(
            name=name,
            runtime="python3.11",
            handler="app.handler",
            code=folder,
            environment=environment,
            memory=256,
        )
        application = Application(
            name=name, source=folder, functions=(function,), region=REGION, account=ACCOUNT
        )
        self._services[name] = LambdaService(
            application,
            lambda f: Warm(lambda: LocalTarget(f, environment={}), count=1, waiting=8),
            log=lambda text: self._logged(name, text),
        )
        return str(told["FunctionArn"])

    def invoke(self, name: str, event: Any) -> None:
        """As a service of the cloud calls a function: nobody waits for the answer."""
        self.client("lambda").invoke(
            FunctionName=name, InvocationType="Event", Payload=json.dumps(event).encode()
        )

    def allow(self, name: str, principal: str, source: str = "") -> None:
        """Let a service call a function."""
        self.client("lambda").add_permission(
            FunctionName=name,
            StatementId=re.sub(r"\W", "", principal + source)[-90:],
            Action="lambda:InvokeFunction",
            Principal=principal,
            **({"SourceArn": source} if source else {}),
        )

    def _logged(self, name: str, text: str) -> None:
        self._waiting.append((name, text))
        self.ran(name, text)
        if not self.late:
            self._flush()

    def _flush(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, []
        logs = self.client("logs")
        for name, text in waiting:
            group, stream = f"/aws/lambda/{name}", "2026/11/21/[$LATEST]0"
            for create, given in (
                (logs.create_log_group, {"logGroupName": group}),
                (logs.create_log_stream, {"logGroupName": group, "logStreamName": stream}),
            ):
                with suppress(logs.exceptions.ResourceAlreadyExistsException):
                    create(**given)
            logs.put_log_events(
                logGroupName=group,
                logStreamName=stream,
                logEvents=[
                    {"timestamp": int(time.time() * 1000), "message": line}
                    for line in text.splitlines()
                ],
            )

    def _with_dead_letters(self, name: str, environ: dict[str, Any]) -> Response:
        """A function's configuration with what moto forgets of it."""
        told = json.loads(Response.from_app(self._moto, environ).get_data())
        told["DeadLetterConfig"] = {"TargetArn": self.buried[name]}
        return Response(json.dumps(told), 200, {"Content-Type": "application/json"})

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path, target = environ["PATH_INFO"], environ.get("HTTP_X_AMZ_TARGET", "")
        self.requests.append(target or f"{environ['REQUEST_METHOD']} {path}")
        if any((target or path).endswith(name) for name in self.denied):
            return _refusal(403, "AccessDeniedException", "not allowed")(environ, start)
        match = _INVOKE.fullmatch(path)
        if match is not None:
            if self.throttled:
                self.throttled -= 1
                return _refusal(429, "TooManyRequestsException", "Rate Exceeded.")(environ, start)
            service = self._services.get(match[1])
            if service is not None:
                return service(environ, start)
        if self._waiting and target.endswith("FilterLogEvents"):
            self.late -= 1
            if self.late <= 0:
                self._flush()
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        if target.endswith("TestEventPattern"):  # which moto has, but does not offer
            return _matched(json.loads(body))(environ, start)
        answer: Iterable[bytes]
        if path.endswith("/configuration") and path.split("/")[-2] in self.buried:
            answer = self._with_dead_letters(path.split("/")[-2], environ)(environ, start)
        else:
            answer = self._moto(environ, start)
        self.deliver(self.requests[-1] if target else f"{environ['REQUEST_METHOD']} {path}", body)
        return answer


def _matched(asked: dict[str, str]) -> Response:
    pattern = EventPattern.load(asked["EventPattern"])
    result = {"Result": pattern.matches_event(json.loads(asked["Event"]))}
    return Response(json.dumps(result), 200, {"Content-Type": "application/x-amz-json-1.1"})


def _refusal(status: int, code: str, text: str) -> Response:
    body = json.dumps({"__type": code, "message": text, "Message": text})
    return Response(body, status, {"x-amzn-ErrorType": code, "Content-Type": "application/json"})


@contextmanager
def account(folder: Path) -> Iterator[Account]:
    """An account that is empty but for a role."""
    made = Account(folder)
    made.start()
    try:
        yield made
    finally:
        made.stop()
