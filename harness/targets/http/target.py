"""One function called by HTTP requests, as anyone calls it."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from harness.deployed.counted import Counted
from harness.deployed.secrecy import Redactor
from harness.errors import TargetError
from harness.model import Function, FunctionError, Outcome, Status, Trigger
from harness.targets.base import Started
from harness.targets.http.answer import Response, outcome_of
from harness.targets.http.auth import Entry
from harness.targets.http.fronts import Meaning, meaning
from harness.targets.http.kinds import doors
from harness.targets.http.request import HttpRequest, Unsendable, request_of

# What a front keeps of an answer at most is 10 MB; a function that streams on is not waited for.
_LARGEST = 12 << 20
# Seconds before each further attempt of a throttled call.
_WAITS = (0.5, 1.0, 2.0, 4.0)
# A gateway and a cold start, on top of the function's own timeout.
_MARGIN = 10.0
_CONNECT = 10.0
# Headers that say nothing secret; what others hold may be.
_OPEN = frozenset(
    {"accept", "accept-language", "content-type", "host", "origin", "referer", "user-agent"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What the functions of a worker share. `call` waits until a call to `url` may be made."""

    client: httpx.Client
    auth: Entry | None
    headers: Mapping[str, str]
    timeout: float | None
    blind: frozenset[str]
    call: Counted

    def without_secrets(self, outcome: Outcome) -> Outcome:
        """The outcome without what let the request in: functions show what they are sent."""
        entry = () if self.auth is None else self.auth.secrets
        given = (value for name, value in self.headers.items() if name.lower() not in _OPEN)
        return Redactor({}, (*given, *entry)).outcome(outcome)


class HttpTarget(Started):
    """Sends the events of HTTP triggers; `base` gives the address of a trigger's front.

    The answer is all that is seen. A call that its front refuses, or that HTTP cannot express, is
    UNSENT; when none was ever let through, that is a TargetError.
    """

    def __init__(self, function: Function, line: Line, base: Callable[[Trigger], str]) -> None:
        self.name = "http"
        self.blind = line.blind
        self._function = function
        self._line = line
        self._base = base
        self._let_in = False

    def start(self) -> None:
        """Nothing: whether the front answers shows with the first call."""

    def restart(self) -> None:
        """Nothing: what runs behind the front is not in our hands."""

    def stop(self) -> None:
        """Nothing: the connection is the worker's."""

    def invoke(
        self,
        event: bytes,
        *,
        trigger: Trigger | None = None,
        learn: bool = False,
        extra: Mapping[str, str] | None = None,
        fresh: bool = False,
    ) -> Outcome:
        """See Target.invoke. Raises TargetError when the front cannot be reached."""
        door = doors().get(trigger.template) if trigger is not None else None
        if trigger is None or door is None:
            return _unsent("the event is none of an HTTP trigger")
        try:
            request = request_of(door, trigger.facts, _decoded(event))
            outcome = self._line.without_secrets(
                self._sent(door.contract, self._base(trigger), request)
            )
        except Unsendable as error:
            return _unsent(str(error))
        if outcome.status is not Status.UNSENT:
            self._let_in = True
        elif not self._let_in:
            said = outcome.error.message if outcome.error else ""
            raise TargetError(
                f"{self._function.name}: {self._base(trigger)} refuses {request.method} "
                f"{request.target}: {said}; check url, and how to be let in ([http])"
            )
        return outcome

    def _sent(self, contract: str, base: str, request: HttpRequest) -> Outcome:
        for wait in (*_WAITS, None):
            response = self._exchange(base, request)
            if isinstance(response, Outcome):
                return response
            means = meaning(contract, response.status, response.body.decode("utf-8", "replace"))
            if means is not Meaning.THROTTLED or wait is None:
                break
            time.sleep(wait)
        else:
            raise AssertionError  # the last wait is None
        if means is Meaning.THROTTLED:
            raise TargetError(
                f"{self._function.name}: {base} throttles; lower calls_per_second and concurrency"
            )
        return outcome_of(contract, response)

    def _exchange(self, base: str, request: HttpRequest) -> Response | Outcome:
        made, auth = self._made(base, request)
        with self._line.call(f"{request.method} {base}"):
            started = time.perf_counter()
            try:
                response = self._line.client.send(made, auth=auth, stream=True)
                try:
                    body = _limited(response)
                finally:
                    response.close()
            except httpx.ReadTimeout:
                limit = made.extensions["timeout"]["read"]
                text = f"no answer within {limit:g} seconds"
                error = FunctionError(type="Front.Timeout", message=text)
                return Outcome(status=Status.TIMEOUT, error=error, duration=limit * 1000)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                raise TargetError(
                    f"{self._function.name}: {base} cannot be reached ({error}); check url"
                ) from error
            except httpx.TransportError as error:
                if not self._let_in:
                    raise TargetError(f"{self._function.name}: {base}: {error}") from error
                text = f"the connection broke: {error}"
                return Outcome(
                    status=Status.ERROR,
                    error=FunctionError(type="Front.ConnectionBroken", message=text),
                    duration=(time.perf_counter() - started) * 1000,
                )
        return Response(
            status=response.status_code,
            headers=[(name.lower(), value) for name, value in response.headers.multi_items()],
            body=body,
            milliseconds=(time.perf_counter() - started) * 1000,
        )

    def _made(self, base: str, request: HttpRequest) -> tuple[httpx.Request, httpx.Auth | None]:
        # Packed answers would be unpacked anyway.
        headers = [("accept-encoding", b"identity")]
        ours = {name.lower(): value for name, value in self._line.headers.items()}
        ours = {name: value for name, value in ours.items() if name not in request.forged}
        auth = None if "authorization" in request.forged else self._line.auth
        replaced = set(ours) | ({"authorization"} if auth is not None else set())
        given = [pair for pair in request.headers if pair[0].lower() not in replaced]
        added = [(name, value.encode()) for name, value in ours.items()]
        names = {name.lower() for name, _ in given}
        headers = [pair for pair in headers if pair[0] not in names]
        limit = self._line.timeout or self._function.timeout + _MARGIN
        parts = urlsplit(base)
        self._line.client.cookies.clear()  # each call is on its own
        made = self._line.client.build_request(
            request.method,
            f"{parts.scheme}://{parts.netloc}",
            headers=[(name.encode(), value) for name, value in (*headers, *added, *given)],
            content=request.body or None,
            timeout=httpx.Timeout(limit, connect=_CONNECT),
            # As it is: dots and encodings are part of what is tried.
            extensions={"target": (parts.path + request.target).encode("ascii")},
        )
        return made, auth


def _decoded(event: bytes) -> Any:
    return json.loads(event)


def _unsent(why: str) -> Outcome:
    return Outcome(status=Status.UNSENT, error=FunctionError(type="Unsendable", message=why))


def _limited(response: httpx.Response) -> bytes:
    body = bytearray()
    try:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _LARGEST:
                break
    except httpx.DecodingError:
        pass  # the function lied about its encoding: what came so far is what a client has
    return bytes(body)
