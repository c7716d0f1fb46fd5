"""Functions behind `sam local start-api`: events of their APIs become HTTP requests to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx

from harness.deployed.counted import uncounted
from harness.errors import TargetError
from harness.model import Function, FunctionError, Outcome, Status, Trigger
from harness.targets.http.target import HttpTarget, Line
from harness.targets.sam.outcomes import Written, judged, read, revealed
from harness.targets.sam.routes import Route, is_api, route
from harness.targets.sam.service import Service
from harness.targets.sam.target import MARGIN, JoinedTarget, SamTarget


def front_of(
    function: Function, url: str, client: httpx.Client, blind: frozenset[str]
) -> HttpTarget:
    """The function behind a start-api that listens at `url`."""
    line = Line(
        client=client,
        auth=None,
        headers={},
        timeout=function.timeout + MARGIN,
        blind=blind,
        call=uncounted,
    )
    return HttpTarget(function, line, lambda _: url)


class JoinedFront(JoinedTarget):
    """Calls a start-api that somebody else has started, and what is behind `url` for the rest."""

    def __init__(
        self, function: Function, url: str, front: HttpTarget, blind: frozenset[str]
    ) -> None:
        super().__init__(function, url, blind)
        self._front = front

    def start(self) -> None:
        """See JoinedTarget.start. Without an address there are only events of APIs."""
        if self._url:
            super().start()

    def _called(self, event: bytes, trigger: Trigger | None) -> Outcome:
        if trigger is not None and is_api(trigger):
            told = revealed(self._front.invoke(event, trigger=trigger))
            written = read("", self._id, fronted=True)
            return judged(told, written, dropped=0, seconds=self._function.timeout)
        return super()._called(event, trigger)


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """A start-api of our own, which `service` starts when it is first asked."""

    service: Callable[[], Service]
    client: httpx.Client
    routes: Mapping[str, tuple[Route, ...]]


class FrontedTarget(SamTarget):
    """Sends the events of routes to a start-api of our own; the others as SamTarget does.

    A service starts when it is needed: many functions have no events but those of an API. A call
    that SAM CLI answers without calling the function is UNSENT.
    """

    def __init__(self, function: Function, *rest: Any, front: Front) -> None:
        super().__init__(function, *rest)
        self._front = front
        self._routes = front.routes[function.name]
        self._http: tuple[HttpTarget, Service] | None = None
        self._reached = False

    def start(self) -> None:
        """Start what is needed for the first event."""
        if not self._routes:
            super().start()
        elif self._http is None:
            service = self._front.service()
            made = front_of(self._function, service.url, self._front.client, self.blind)
            self._http = made, service

    def _called(self, event: bytes, trigger: Trigger | None) -> Outcome:
        if trigger is None or not is_api(trigger) or route(trigger) not in self._routes:
            if self._service is None:
                super().start()
            return super()._called(event, trigger)
        assert self._http is not None, "invoke() before start()"
        http, service = self._http
        told, written = self._watched(
            service, lambda: revealed(http.invoke(event, trigger=trigger)), fronted=True
        )
        if written.called or not _failed(told):
            self._reached = self._reached or told.status is not Status.UNSENT
            return told
        return self._uncalled(told, written)

    def _uncalled(self, told: Outcome, written: Written) -> Outcome:
        said = told.error.message if told.error else told.raw
        if not self._reached:
            raise TargetError(
                f"{self._function.name}: sam local start-api does not call it: {said[:300]}"
            )
        error = FunctionError(type="Front.NotCalled", message=said[:300])
        return replace(told, status=Status.UNSENT, response=None, raw="", error=error)


def _failed(told: Outcome) -> bool:
    """Whether the front may have failed: a function that ran says so itself."""
    if told.status is Status.OK and isinstance(told.response, Mapping):
        return int(told.response.get("statusCode", 200)) >= 500
    return told.status is Status.ERROR
