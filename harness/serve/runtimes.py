"""Warm runtimes of a function that calls wait for."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from harness.errors import TargetError
from harness.model import Outcome
from harness.targets.local import LocalTarget


class Throttled(Exception):
    """All runtimes of the function are busy, and as many calls as may wait do."""


class Warm:
    """Up to `count` runtimes of one function, made by `make` when they are first needed.

    `waiting` more calls wait for their turn. A runtime lives in a thread of its own, as the process
    of the local target ends with the thread that began it.
    """

    def __init__(self, make: Callable[[], LocalTarget], *, count: int, waiting: int) -> None:
        self._make = make
        self._room = threading.BoundedSemaphore(count + waiting)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="runtime")
        self._own = threading.local()
        self._targets: list[LocalTarget] = []
        self._ended = threading.Event()

    def call(self, event: bytes, *, request_id: str, context: str) -> Future[Outcome]:
        """Have the function called, with its client context. The future raises TargetError.

        Raises Throttled.
        """
        if not self._room.acquire(blocking=False):
            raise Throttled
        future = self._threads.submit(self._call, event, request_id, context)
        future.add_done_callback(lambda _: self._room.release())
        return future

    def _call(self, event: bytes, request_id: str, context: str) -> Outcome:
        target: LocalTarget | None = getattr(self._own, "target", None)
        if target is None:
            target = self._make()
            self._targets.append(target)  # before it starts: stop() ends it, too
            target.start()
            if self._ended.is_set():  # while it started, where stop() had nothing to end yet
                target.stop()
                raise TargetError("its runtime was ended")
            self._own.target = target
        return target.invoke(event, request_id=request_id, context=context)

    def stop(self) -> None:
        """End the runtimes; a call that is in flight ends as a crash."""
        self._ended.set()
        self._threads.shutdown(wait=False, cancel_futures=True)
        for target in tuple(self._targets):
            target.stop()
        self._threads.shutdown()
