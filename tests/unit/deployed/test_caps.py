"""Caps and prices, by a clock that nobody waits for."""

import sqlite3
from pathlib import Path

import pytest

from harness.deployed.caps import CapReached, Caps, Limits
from harness.deployed.prices import door, invocation
from harness.model import Function

FREE = {"calls": 100, "rate": 1e6, "at_once": 1, "dollars": 1.0}
FUNCTION = Function(
    name="f", runtime="python3.11", handler="a.h", code=None, timeout=10, memory=1024
)


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def caps(folder: Path, clock: Clock, **changed: float) -> Caps:
    limits = Limits(**{**FREE, **changed})  # type: ignore[arg-type]
    return Caps(folder, limits, clock=lambda: clock.now, sleep=clock.sleep)


def test_calls_are_counted_over_all_who_call_and_over_a_resumed_campaign(tmp_path: Path) -> None:
    clock = Clock()
    numbers = []
    for _ in range(3):
        with caps(tmp_path, clock, calls=3).call(0) as permit:
            numbers.append(permit.number)
    assert numbers == [1, 2, 3]
    with (
        pytest.raises(CapReached, match="the cap of 3 calls"),
        caps(tmp_path, clock, calls=3).call(0),
    ):
        pass


def test_a_rate_is_kept_by_waiting_whoever_called_before(tmp_path: Path) -> None:
    clock = Clock()
    for _ in range(3):
        with caps(tmp_path, clock, rate=2).call(0):
            pass
    assert clock.slept == [pytest.approx(0.5), pytest.approx(0.5)]


def test_what_was_not_spent_is_given_back_and_the_cap_is_never_passed(tmp_path: Path) -> None:
    own = caps(tmp_path, Clock(), dollars=1.0)
    for _ in range(5):
        with own.call(0.9) as permit:
            permit.dollars = 0.02
    assert own.spent == (5, pytest.approx(0.1))
    with pytest.raises(CapReached, match="max_cost"), own.call(0.91):
        pass
    assert own.spent[0] == 5


def test_no_more_run_at_once_than_there_are_places(tmp_path: Path) -> None:
    class Waits(Exception):
        pass

    def wait(_: float) -> None:
        raise Waits

    first = caps(tmp_path, Clock(), at_once=1)
    second = Caps(tmp_path, Limits(**FREE), sleep=wait)  # type: ignore[arg-type]
    with first.call(0), pytest.raises(Waits), second.call(0):
        pass
    with second.call(0) as permit:
        assert permit.number == 2


def test_a_call_that_fails_costs_what_was_reserved(tmp_path: Path) -> None:
    own = caps(tmp_path, Clock())
    with pytest.raises(sqlite3.Error), own.call(0.25):
        raise sqlite3.Error
    assert own.spent == (1, pytest.approx(0.25))


def test_a_run_costs_its_memory_and_time_and_at_most_its_timeout() -> None:
    assert invocation(FUNCTION, "us-east-1", 1000) == pytest.approx(0.0000168667)
    assert invocation(FUNCTION, "us-east-1") == pytest.approx(0.000166867)
    assert invocation(FUNCTION, "us-east-1", 0.2) == pytest.approx(2.166667e-7)
    assert invocation(FUNCTION, "xx-new-1", 1000) > invocation(FUNCTION, "us-east-1", 1000)
    assert door("s3", "us-east-1") == pytest.approx(0.000005)
