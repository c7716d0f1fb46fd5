"""The end of runtimes that are just being started."""

import threading
from typing import Any, cast

import pytest

from harness.errors import TargetError
from harness.serve.runtimes import Warm
from harness.targets.local import LocalTarget


class Starting:
    """A target in the middle of its start until it is let go on."""

    def __init__(self) -> None:
        self.begun, self.go_on, self.ended = (threading.Event() for _ in range(3))

    def start(self) -> None:
        self.begun.set()
        self.go_on.wait(10)

    def stop(self) -> None:
        if self.go_on.is_set():
            self.ended.set()
        self.go_on.set()  # nothing runs yet that could be ended

    def invoke(self, *_: Any, **__: Any) -> None:
        pytest.fail("called after the end")


def test_a_runtime_that_starts_while_all_is_ended_is_ended_too() -> None:
    target = Starting()
    warm = Warm(lambda: cast(LocalTarget, target), count=1, waiting=1)
    called = warm.call(b"{}", request_id="", context="")
    assert target.begun.wait(10)
    warm.stop()
    assert isinstance(called.exception(), TargetError)
    assert target.ended.is_set()
