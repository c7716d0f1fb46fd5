"""Logs of deployed functions, from CloudWatch: late, in pages, and of many runs at once.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/WhatIsCloudWatchLogs.html
"""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from harness.deployed.session import AwsSession, code_of
from harness.targets.aws.runs import began, run_of
from harness.targets.lambda_api import Platform, read_logs

_Found = TypeVar("_Found")

# Clocks of ours and of the service differ a little.
_SKEW_SECONDS = 5
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 3.0
# A log is kept up to here; what comes after is counted by nobody.
_EVENTS = 5000


class Logs:
    """The log group of one function. `wait` is how many seconds a line may take to arrive.

    `denied` says why nothing can be read, once that was seen.
    """

    def __init__(
        self,
        session: AwsSession,
        group: str,
        wait: float,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._session = session
        self._group = group
        self._wait = wait
        self._clock = clock
        self._sleep = sleep
        self._told: set[str] = set()
        self.denied = ""

    def of_request(self, request_id: str, since: float) -> Platform | None:
        """The whole log of a run; None when it does not come in time."""
        return self._waiting(lambda _last: self._run(request_id, since))

    def of_mark(self, marks: frozenset[str], since: float) -> tuple[str, Platform] | None:
        """(request id, log) of the run after a time that wrote one of some marks.

        Where nothing writes them, the only run that began since then and was told of no call before
        is the one. None when there is none, or several, until the wait is over.
        """
        return self._waiting(lambda last: self._marked(marks, since, last))

    def _waiting(self, look: Callable[[bool], _Found | None]) -> _Found | None:
        end, pause = self._clock() + self._wait, _FIRST_PAUSE
        while not self.denied:
            last = self._clock() >= end
            try:
                found = look(last)
            except (BotoCoreError, ClientError) as error:
                # Before its first run a function has no group.
                if code_of(error) != "ResourceNotFoundException":
                    self.denied = code_of(error)
                found = None
            if found is not None or last:
                return found
            self._sleep(min(pause, max(0.0, end - self._clock())))
            pause = min(pause * 2, _LONGEST_PAUSE)
        return None

    def _run(self, request_id: str, since: float) -> Platform | None:
        for event in self.events(f'"{request_id}"', since):
            if began(event["message"]) == request_id:
                return self._of_stream(event["logStreamName"], request_id, since)
        return None

    def _marked(
        self, marks: frozenset[str], since: float, last: bool
    ) -> tuple[str, Platform] | None:
        streams = {}
        for event in self.events("", since):
            request_id = began(event["message"])
            if request_id and request_id not in self._told:
                streams[request_id] = event["logStreamName"]
        whole = {}
        for request_id, stream in streams.items():
            log = self._of_stream(stream, request_id, since)
            if log is not None:
                whole[request_id] = log
        ours = [id for id, log in whole.items() if any(mark in log.text for mark in marks)]
        if not ours and last and len(streams) == 1:
            ours = list(whole)
        if not ours:
            return None
        self._told.update(ours)
        return ours[0], whole[ours[0]]

    def _of_stream(self, stream: str, request_id: str, since: float) -> Platform | None:
        text = run_of((event["message"] for event in self._stream(stream, since)), request_id)
        return None if text is None else read_logs(text)

    def events(self, pattern: str, since: float) -> Iterator[Mapping[str, Any]]:
        """Events of the group after a time which a filter pattern takes; all where it is empty.

        They come in pages; a page may be empty and not the last. Raises what the service answers.
        """
        pages = self._session.client("logs").get_paginator("filter_log_events")
        given = {"filterPattern": pattern} if pattern else {}
        found = 0
        for page in pages.paginate(
            logGroupName=self._group, startTime=_milliseconds(since), **given
        ):
            for event in page.get("events", ()):
                yield event
                found += 1
            if found > _EVENTS:
                return

    def _stream(self, stream: str, since: float) -> Iterator[Mapping[str, Any]]:
        """Events of a stream in order: the last page gives its own token back."""
        client = self._session.client("logs")
        token: str | None = None
        found = 0
        while found <= _EVENTS:
            page = client.get_log_events(
                logGroupName=self._group,
                logStreamName=stream,
                startTime=_milliseconds(since),
                startFromHead=True,
                **({"nextToken": token} if token else {}),
            )
            yield from page["events"]
            found += len(page["events"])
            if page["nextForwardToken"] == token:
                return
            token = page["nextForwardToken"]


def _milliseconds(since: float) -> int:
    return int((since - _SKEW_SECONDS) * 1000)
