"""Caps on calls, their rate, how many run at once, and their cost; for all workers together.

Counts are in a SQLite file of the campaign's folder, so they hold across workers and when a
campaign is resumed. Those that run are held by locks on files, which end with their process.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.errors import TargetError

NAME = "calls.db"
_POLL_SECONDS = 0.02
# Money is counted in whole billionths of a dollar: sums of fractions drift.
_NANO = 1e9


class CapReached(TargetError):
    """No more calls: the text names the cap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`calls` in all, `rate` of them a second, `at_once`, and `dollars`."""

    calls: int
    rate: float
    at_once: int
    dollars: float


class Caps:
    """Lets calls through, one by one. `folder` is shared by all that call."""

    def __init__(
        self,
        folder: Path,
        limits: Limits,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder = folder
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / NAME, isolation_level=None, timeout=60)
        # A killed process loses nothing by this, and a machine that loses its power the last calls.
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=OFF")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS spent (one INTEGER PRIMARY KEY CHECK (one = 1), "
            "calls INTEGER NOT NULL, nano INTEGER NOT NULL, free_at REAL NOT NULL)"
        )
        self._db.execute("INSERT OR IGNORE INTO spent VALUES (1, 0, 0, 0)")

    @property
    def spent(self) -> tuple[int, float]:
        """Calls so far, and dollars by the price table."""
        calls, nano = self._db.execute("SELECT calls, nano FROM spent").fetchone()
        return int(calls), nano / _NANO

    @contextmanager
    def call(self, dollars: float) -> Iterator["Permit"]:
        """Wait for a place and take it; `dollars` is the most that the call may cost.

        Raises CapReached, before anything is sent.
        """
        with self._place():
            number, wait = self._take(dollars)
            if wait > 0:
                self._sleep(wait)
            permit = Permit(number=number, dollars=dollars)
            try:
                yield permit
            finally:
                self._settle(round((permit.dollars - dollars) * _NANO))

    def _take(self, dollars: float) -> tuple[int, float]:
        limits, now, db = self._limits, self._clock(), self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            calls, nano, free_at = db.execute("SELECT calls, nano, free_at FROM spent").fetchone()
            nano += round(dollars * _NANO)
            if calls >= limits.calls:
                raise CapReached(f"the cap of {limits.calls} calls is reached; raise max_calls")
            if nano > limits.dollars * _NANO:
                raise CapReached(
                    f"the next call may cost more than what is left of {limits.dollars:g} dollars; "
                    "raise max_cost"
                )
            begin = max(now, free_at)
            db.execute(
                "UPDATE spent SET calls = ?, nano = ?, free_at = ?",
                (calls + 1, nano, begin + 1 / limits.rate),
            )
        finally:
            db.execute("COMMIT")
        return calls + 1, begin - now

    def _settle(self, nano: int) -> None:
        if nano:
            self._db.execute("UPDATE spent SET nano = nano + ?", (nano,))

    @contextmanager
    def _place(self) -> Iterator[None]:
        """One of the places for calls that run at once."""
        folder = self._folder / "running"
        folder.mkdir(exist_ok=True)
        while True:
            for number in range(self._limits.at_once):
                file = os.open(folder / str(number), os.O_RDWR | os.O_CREAT, 0o600)
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(file)
                    continue
                try:
                    yield
                finally:
                    os.close(file)
                return
            self._sleep(_POLL_SECONDS)

    def close(self) -> None:
        self._db.close()


@dataclass(slots=True, kw_only=True)
class Permit:
    """One call: its number in the campaign, and what it costs once that is known better."""

    number: int
    dollars: float
