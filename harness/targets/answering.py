"""What the targets of functions behind HTTP share: their options, requests, and answers."""

import base64
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import httpx

from harness.deployed.counted import Counted, counted, uncounted
from harness.deployed.secrecy import Redactor
from harness.errors import TargetError, UsageError
from harness.model import Function, FunctionError, Outcome, Status, Trigger
from harness.targets.base import Setup, Started

# Nothing of the function's process is seen from outside of it.
BLIND = frozenset(
    {"sensors", "coverage", "logs", "cpu", "memory", "cloud", "callbacks", "files", "fresh"}
)
# What holds for all of a campaign, where it calls something that is not on this machine.
_CAPS = {"max_calls": 1000, "calls_per_second": 5.0, "concurrency": 2}
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_SHOWN = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request; `url` is whole."""

    method: str
    url: str
    headers: Sequence[tuple[str, str]] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def checked(name: str, setup: Setup, known: Sequence[str], *, default: str) -> Setup:
    """The setup with `url` and `state_changing` filled in. Raises UsageError.

    `known` are further options. What is not on this machine has to be said to be the user's own.
    """
    own = ("url", "authorised", "state_changing", *_CAPS, *known)
    for option in setup.options:
        if option not in own:
            raise UsageError(
                f"the {name} target has no option {option!r}", mend=f"known are {', '.join(own)}"
            )
    url = str(setup.options.get("url") or default).rstrip("/")
    try:
        parts = urlsplit(url.replace("{function}", "function"))
    except ValueError as error:
        raise UsageError(f"{url!r} is no URL: {error}", mend=f"write one like {default}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{url!r} is no URL", mend=f"give one, such as {default}")
    here = parts.hostname in _LOOPBACK
    if not here and not _yes(setup.options.get("authorised")):
        raise UsageError(
            f"{url} is not on this machine",
            mend=f"if you may test it, say authorised = true in [{name}]",
        )
    changing = _yes(setup.options.get("state_changing", here))
    caps = {} if here else _capped(name, setup.options)
    options = {**setup.options, **caps, "url": url, "state_changing": changing}
    return replace(setup, options=options)


def _capped(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The caps that hold for what is not on this machine, as numbers."""
    found: dict[str, Any] = {}
    for cap, usual in _CAPS.items():
        try:
            found[cap] = type(usual)(options.get(cap, usual))
        except (TypeError, ValueError):
            found[cap] = 0
        if found[cap] <= 0:
            raise UsageError(
                f"[{name}] {cap} is {options[cap]!r}", mend=f"write a number, such as {usual}"
            )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How the functions of a worker are reached. `secrets` are what lets requests in."""

    url: str
    call: Counted
    redactor: Redactor


def line_of(setup: Setup, *secrets: str) -> Line:
    """The line of a checked setup; each secret names an option."""
    options = setup.options
    call: Counted = uncounted
    if "max_calls" in options:
        call = counted(
            setup.out,
            calls=options["max_calls"],
            rate=options["calls_per_second"],
            at_once=options["concurrency"],
        )
    ours = [str(options.get(name) or "") for name in secrets]
    # A password comes apart from its user's name, too.
    ours += [text.partition(":")[2] for text in ours]
    return Line(url=str(options["url"]), call=call, redactor=Redactor({}, ours))


def _yes(value: Any) -> bool:
    return value is True or str(value).lower() in ("true", "yes", "1")


class HttpTarget(Started):
    """One function behind HTTP. What differs between platforms is `request` and `outcome`."""

    blind = BLIND

    def __init__(self, name: str, function: Function, line: Line) -> None:
        self.name = name
        self._function = function
        self._line = line
        self._url = line.url.replace("{function}", function.name)
        self._client: httpx.Client | None = None

    def start(self) -> None:
        """See Target.start: somebody has to listen there."""
        # A hang is the function's: the platform ends it, some time after its own limit.
        limit = httpx.Timeout(self._function.timeout + 5, connect=5)
        self._client = httpx.Client(timeout=limit, follow_redirects=False, trust_env=False)
        parts = urlsplit(self._url)
        try:
            self._client.get(f"{parts.scheme}://{parts.netloc}/robots.txt")
        except httpx.TransportError as error:
            self.stop()
            raise TargetError(
                f"nobody answers at {self._url} ({error}): start its host, or correct url"
            ) from error

    def send(self, request: Request) -> Outcome:
        """The answer to a request as an Outcome; what goes wrong on the way is one, too.

        Raises CapReached.
        """
        with self._line.call(f"{request.method} {request.url.partition('?')[0]}"):
            return self._line.redactor.outcome(self._exchanged(request))

    def _exchanged(self, request: Request) -> Outcome:
        assert self._client is not None, "invoke() before start()"
        started = time.perf_counter()
        try:
            answer = self._client.request(
                request.method,
                request.url,
                headers=[(k.encode(), v.encode("utf-8", "replace")) for k, v in request.headers],
                params=dict(request.query) or None,
                content=request.body,
            )
        except httpx.TimeoutException:
            message = f"no answer within {self._function.timeout} seconds"
            status, error = Status.TIMEOUT, FunctionError(type="Timeout", message=message)
            return Outcome(status=status, error=error, duration=_since(started))
        except (httpx.LocalProtocolError, httpx.InvalidURL, ValueError) as error:
            return not_sent(str(error))  # HTTP cannot carry it: nobody sends it to the function
        except httpx.HTTPError as error:
            told = FunctionError(type=type(error).__name__, message=str(error))
            return Outcome(status=Status.CRASH, error=told, duration=_since(started))
        return replace(self.outcome(answer), duration=_since(started))

    def outcome(self, answer: httpx.Response) -> Outcome:
        """The answer in the form of the HTTP contracts; from 500 on the function failed."""
        text = answer.text
        response: dict[str, Any] = {
            "statusCode": answer.status_code,
            "headers": {k: v for k, v in answer.headers.items() if k != "set-cookie"},
            "body": text,
        }
        cookies = answer.headers.get_list("set-cookie")
        if cookies:
            response["cookies"] = cookies
        if b"\x00" in answer.content:
            body = base64.b64encode(answer.content).decode()
            response |= {"body": body, "isBase64Encoded": True}
        failed = answer.status_code >= 500
        error = FunctionError(type=f"HTTP {answer.status_code}", message=text[:_SHOWN])
        return Outcome(
            status=Status.ERROR if failed else Status.OK,
            response=response,
            raw=text,
            error=error if failed else None,
        )

    def restart(self) -> None:
        """See Target.restart: there is no way to, from outside."""

    def stop(self) -> None:
        """See Target.stop."""
        if self._client is not None:
            self._client.close()
            self._client = None


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def not_sent(why: str) -> Outcome:
    """The outcome of an event of which no request can be made."""
    return Outcome(status=Status.TOO_LARGE, error=FunctionError(type="NotSent", message=why))


Made = Callable[[Function, Line, Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The Provider of a cloud whose functions are called by HTTP.

    `provider` is the cloud's name in the model, `kind` what one of its functions is called. `make`
    gives a function's target from its line and the checked options; of those, `options` are its
    own, `secrets` the ones that let requests in. `refused` says why a trigger cannot be caused.
    """

    name: str
    provider: str
    kind: str
    default: str
    make: Made
    options: tuple[str, ...] = ()
    secret: frozenset[str]
    lacks: frozenset[str] = BLIND
    deployed: bool = True
    refused: Callable[[Trigger], str] | None = None

    def check(self, setup: Setup) -> Setup:
        """See Provider.check."""
        return checked(self.name, setup, (*self.secret, *self.options), default=self.default)

    @contextmanager
    def open(self, setup: Setup) -> Iterator["PlatformTargets"]:
        """See Provider.open."""
        yield PlatformTargets(self, setup)


class PlatformTargets:
    """The Targets of a Platform."""

    account = None

    def __init__(self, platform: Platform, setup: Setup) -> None:
        self._platform = platform
        self._line, self._options = line_of(setup, *platform.secret), setup.options

    def of(
        self,
        function: Function,
        *,
        environment: Mapping[str, str],
        coverage: bool = False,
    ) -> Any:
        """See Targets.of."""
        return self._platform.make(function, self._line, self._options)

    def refuses(self, function: Function, trigger: Trigger) -> str:
        """See Targets.refuses."""
        if function.provider != self._platform.provider:
            return f"{function.name} is no {self._platform.kind}"
        refused = self._platform.refused
        return refused(trigger) if refused is not None else ""
