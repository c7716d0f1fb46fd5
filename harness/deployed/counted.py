"""Calls by HTTP to what is deployed: under caps, and in the audit log before they are made."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from math import inf
from pathlib import Path

from harness.deployed.audit import Audit
from harness.deployed.caps import Caps, Limits

# Waits until a call of an operation (`POST https://...`) may be made, and counts it.
Counted = Callable[[str], AbstractContextManager[object]]


def counted(folder: Path, *, calls: int, rate: float, at_once: int) -> Counted:
    """The counter of a campaign's folder. What it gives raises CapReached."""
    audit = Audit(folder)
    caps = Caps(folder, Limits(calls=calls, rate=rate, at_once=at_once, dollars=inf))

    @contextmanager
    def call(operation: str) -> Iterator[None]:
        with caps.call(0) as permit, audit.numbered(permit.number):
            audit.write("http", operation)
            yield

    return call


def uncounted(_operation: str) -> AbstractContextManager[object]:
    """Of what runs on this machine, on which nobody else depends."""
    return nullcontext()
