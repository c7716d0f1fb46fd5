"""Rules, witnesses, findings, and the fingerprint that names a finding across campaigns."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from harness.model.event import Address


class Severity(StrEnum):
    """How bad it is when it is true. Order: critical, high, medium, low, info."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for critical to 4 for info."""
        return list(Severity).index(self)


class Confidence(StrEnum):
    """How sure we are.

    confirmed: replayed with a fresh canary in a fresh runtime while the control stayed silent.
    likely: a witness was seen but the replay could not be done or did not show it each time.
    tentative: an error or a pattern without a witness of its own.
    """

    CONFIRMED = "confirmed"
    LIKELY = "likely"
    TENTATIVE = "tentative"

    @property
    def rank(self) -> int:
        """0 for confirmed to 2 for tentative."""
        return list(Confidence).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A kind of weakness, from harness/rules/<id>.yaml. The ids are fixed by the contract."""

    id: str
    title: str
    severity: Severity
    cwe: tuple[int, ...]
    sas: str
    attack: str
    description: str
    remediation: str
    example: Mapping[str, str] = field(default_factory=dict)
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sink:
    """The place in the application's code where a payload became structure."""

    file: str
    line: int
    call: str
    function: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """What was seen that only a vulnerable function produces.

    `kind`: computed, callback, sink, decoy, secret, markup, header, structure, log, state, stored,
    loop, flow, identity, silence, contract, batch, cpu, calls, error, timeout, crash, delay, and
    of posture declared and granted. `seen` is the evidence as text (cut), `where` its place:
    response, log, error, `aws:dynamodb.PutItem`, callback, `sink:process`.
    """

    kind: str
    seen: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One step of a payload's way through the application.

    `function` was invoked by the event template `trigger` with what arrived by `via`
    (`aws:sqs.SendMessage orders`; empty for the first hop, which the harness invoked itself).
    """

    function: str
    trigger: str
    via: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A weakness with its witness and the smallest event that shows it.

    `path` is empty when the witness showed in the function that was invoked; for a chain it holds
    every hop, the invoked function first.
    """

    id: str
    rule: str
    severity: Severity
    confidence: Confidence
    function: str
    trigger: str
    insertion_point: str
    payload_id: str
    payload: Any
    event: Any
    state: Mapping[str, Any]
    witness: Witness
    sink: Sink | None
    cwe: tuple[int, ...]
    sas: str
    trials_to_detect: int
    invocations_to_detect: int
    control_event: Any = None
    logs: str = ""
    response: str = ""
    calls: tuple[str, ...] = ()
    reproduce: tuple[str, ...] = ()
    trigger_index: int = 0
    mutations: tuple[str, ...] = ()
    seed: int = 0
    path: tuple[Hop, ...] = ()


def fingerprint(*, rule: str, function: str, trigger: str, address: str, sink: Sink | None) -> str:
    """A stable name for a finding: 16 hex digits.

    The key is rule, function, trigger and place. The place is the sink's file and the function
    around it where known, else the insertion path without list positions. Line numbers, payloads,
    canaries and machines are never in the key: it survives edits above the sink and new payloads.
    Nor is the operation: what sensors see of one bug (a template given to its engine, the code
    that the engine runs) must not become two findings.
    """
    if sink is not None:
        place = f"{sink.file}:{sink.function or ''}"
    else:
        place = re.sub(r"/\d+(?=[/!]|$)", "/*", str(Address.parse(address)))
    key = "\x1f".join((rule, function, trigger, place))
    return hashlib.sha256(key.encode()).hexdigest()[:16]
