"""A function behind `sam local start-lambda`, or behind another endpoint of the Invoke API."""

import re
from collections.abc import Callable, Mapping

from harness.errors import TargetError
from harness.model import Function, Outcome, Trigger
from harness.targets.base import Started
from harness.targets.lambda_api import LambdaApi, lambda_client
from harness.targets.local.channel import REQUEST_LIMIT
from harness.targets.local.outcomes import request_too_large
from harness.targets.sam.outcomes import Written, judged, read
from harness.targets.sam.service import Service

# How long SAM CLI may take beyond the function's own time: it builds an image at the first call.
MARGIN = 120.0
_RAISED = re.compile(r"^(?:Error|[\w.]+(?:Error|Exception)): .+$", re.MULTILINE)


class JoinedTarget(Started):
    """Invokes what somebody else has started. Its runtimes cannot be renewed from here."""

    name = "sam"

    def __init__(self, function: Function, url: str, blind: frozenset[str]) -> None:
        self.blind = blind
        self._function = function
        self._id = function.name
        self._url = url
        self._api: LambdaApi | None = None

    def start(self) -> None:
        """Ask the endpoint for this function: SAM CLI tells a wrong name at the first call."""
        self._connect(self._url)

    def _connect(self, url: str) -> None:
        client = lambda_client(endpoint=url, read_timeout=self._function.timeout + MARGIN)
        self._api = LambdaApi(client, tail=False)

    def invoke(
        self,
        event: bytes,
        *,
        trigger: Trigger | None = None,
        learn: bool = False,
        extra: Mapping[str, str] | None = None,
        fresh: bool = False,
    ) -> Outcome:
        """See Target.invoke."""
        if len(event) > REQUEST_LIMIT:
            status, error = request_too_large(len(event))
            return Outcome(status=status, error=error)
        return self._called(event, trigger)

    def _called(self, event: bytes, trigger: Trigger | None) -> Outcome:
        assert self._api is not None, "invoke() before start()"
        told = self._api.invoke(self._id, event)
        return judged(told, read("", self._id), dropped=0, seconds=self._function.timeout)

    def restart(self) -> None:
        """What is not ours goes on as it is."""

    def stop(self) -> None:
        """What is not ours goes on as it is."""


class SamTarget(JoinedTarget):
    """Invokes through a service of our own. `service` starts it when it is first asked.

    A container is renewed by `removed`, which takes those of a logical id away: SAM CLI makes
    another one at the next call.
    """

    def __init__(
        self,
        function: Function,
        logical_id: str,
        service: Callable[[], Service],
        removed: Callable[[str], None],
        blind: frozenset[str],
    ) -> None:
        super().__init__(function, "", blind)
        self._id = logical_id
        self._begun = service
        self._removed = removed
        self._service: Service | None = None
        self._spent = False

    def start(self) -> None:
        """Start the service where it does not run yet."""
        self._service = self._begun()
        self._connect(self._service.url)

    def invoke(
        self,
        event: bytes,
        *,
        trigger: Trigger | None = None,
        learn: bool = False,
        extra: Mapping[str, str] | None = None,
        fresh: bool = False,
    ) -> Outcome:
        """See Target.invoke. After a fresh call the container is taken away, too."""
        if len(event) > REQUEST_LIMIT:
            return super().invoke(event)
        if fresh or self._spent:
            self.restart()
        self._spent = fresh
        return self._called(event, trigger)

    def _called(self, event: bytes, trigger: Trigger | None) -> Outcome:
        api, service = self._api, self._service
        assert api is not None, "invoke() before start()"
        assert service is not None, "invoke() before start()"
        return self._watched(service, lambda: api.invoke(self._id, event))[0]

    def _watched(
        self, service: Service, call: Callable[[], Outcome], *, fronted: bool = False
    ) -> tuple[Outcome, Written]:
        """What a call did, and what `service` and the function wrote meanwhile."""
        service.logs.take()
        try:
            told = call()
        except TargetError as error:
            why = service.logs.take()[0].decode("utf-8", "replace")
            raise TargetError(f"{error}{_reason(why)}") from error
        log, dropped = service.logs.take()
        written = read(log.decode("utf-8", "replace"), self._id, fronted=fronted)
        seconds = self._function.timeout
        return judged(told, written, dropped=dropped, seconds=seconds), written

    def restart(self) -> None:
        """Take the container away: the next call has a new one."""
        self._spent = False
        self._removed(self._id)

    def stop(self) -> None:
        """Take the container away; the service stays for the others."""
        self._removed(self._id)


def _reason(log: str) -> str:
    """The error that ended SAM CLI's own handling of a call; empty when it wrote none."""
    found = _RAISED.findall(log)
    return f" ({found[-1][:300]})" if found else ""


def unstarted(function: Function) -> TargetError:
    """Why SAM CLI cannot run a function."""
    what = "ImageUri" if function.package == "image" else "code folder"
    return TargetError(
        f"{function.name} has no {what}; run `sam build`, or `--target-option build=true`"
    )
