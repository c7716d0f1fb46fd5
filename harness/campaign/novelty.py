"""What a handler did with a benign event, without the values it did it with.

Two invocations with equal signatures went the same way as far as can be seen from outside and by
the sensors; a new signature means that a branch was reached which no event reached before.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from harness.events.inject import walk_leaves
from harness.events.seed import Seed
from harness.events.shapes.defaults import is_placeholder
from harness.events.shapes.points import control_of
from harness.model import Address, Observation, Status

# What a handler got to and asked for, and how that ended.
Signature = tuple[frozenset[object], tuple[object, ...]]

_VARYING = re.compile(r"[0-9a-f]{8,}|\d+")
_LINES = 20
_TOLD = frozenset({"present", "decode"})
# An item of a list is read as its first one is.
_ITEM = re.compile(r"/\d+(?![^/!])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A seed that reaches something of its own, what it showed, and the addresses it made read.

    `opened` are the lines of the application which no event reached before, by file.
    """

    seed: Seed
    observation: Observation
    read: frozenset[str]
    opened: frozenset[tuple[str, int]] = frozenset()

    @property
    def standing(self) -> int:
        """0: the handler failed; 1: it answered with a refusal (HTTP 4xx, 5xx); 2: it accepted."""
        return standing(self.observation)

    @property
    def healthy(self) -> bool:
        """Whether the handler did not fail, so that a failure under attack says something."""
        return self.standing > 0

    @property
    def asked(self) -> frozenset[object]:
        """What the handler asks for: fields that are not there, types, and the other checks."""
        reads = self.observation.outcome.reads
        return frozenset((_ITEM.sub("/0", r.address), r.kind) for r in reads if r.kind not in _TOLD)

    @property
    def reach(self) -> frozenset[object]:
        """What the handler got to: fields read and decoded, AWS calls made, sinks called."""
        outcome = self.observation.outcome
        return frozenset(
            {
                *(_ITEM.sub("/0", address) for address in self.read),
                *(f"{r.address}!{r.value}" for r in outcome.reads if r.kind == "decode"),
                *((call.service, call.operation) for call in self.observation.calls),
                *((s.operation, s.file, s.line) for s in outcome.sinks),
            }
        )


def standing(observation: Observation) -> int:
    """How an invocation ended: failed (0), refused by an HTTP status (1), accepted (2)."""
    outcome = observation.outcome
    if outcome.status is not Status.OK:
        return 0
    answer = outcome.response
    code = answer.get("statusCode") if isinstance(answer, dict) else None
    return 1 if isinstance(code, int) and code >= 400 else 2


def signature(learnt: Learnt, *, whole: bool = False) -> Signature:
    """What the handler did. The event's own values are taken out of texts before they count.

    Not when the texts are to be `whole`: a word that the handler says anyway may be a value too.
    """
    outcome = learnt.observation.outcome
    response = outcome.response
    values = () if whole else own_values(learnt)
    ending = (
        outcome.status,
        outcome.error.type if outcome.error else None,
        outcome.error.trace[-1:] if outcome.error else None,
        frozenset((p.prefix, p.suffix) for p in learnt.seed.points),
        str(response.get("statusCode")) if isinstance(response, dict) else None,
        frozenset(_shape(response, values)),
        frozenset(_plain(line, values) for line in outcome.logs.splitlines()[:_LINES]),
    )
    return learnt.reach | learnt.asked, ending


def without(learnt: Learnt, address: Address) -> Signature:
    """The signature but for reads of one field: who goes through a mapping reads any field."""
    done, ending = signature(learnt)
    own = str(address)
    reads = {x: str(x[0]) if isinstance(x, tuple) else str(x) for x in done}
    kept = (x for x, r in reads.items() if r != own and not r.startswith((f"{own}/", f"{own}!")))
    return frozenset(kept), ending


def covers(seen: Signature, other: Signature) -> bool:
    """Whether a handler did all that another time, and it ended in the same way."""
    return other[0] <= seen[0] and other[1] == seen[1]


def hinders(grown: Learnt, before: Learnt) -> bool:
    """Whether what was added to a seed kept the handler from a call or a sink it got to before."""
    return grown.standing <= before.standing and not _deeds(before) <= _deeds(grown)


def _deeds(learnt: Learnt) -> frozenset[object]:
    return frozenset(done for done in learnt.reach if isinstance(done, tuple))


def leading(kept: Sequence[Learnt]) -> list[Learnt]:
    """The seeds that reached or hold something which no other did that was taken as kindly."""
    known = [(k, k.standing, k.reach | {p.address for p in k.seed.points}) for k in kept]
    return [
        item
        for item, standing, reach in known
        if not any(other >= standing and more > reach for _, other, more in known)
    ]


def surpassed(learnt: Learnt, kept: Iterable[Learnt]) -> bool:
    """Whether another seed was taken more kindly and reached all that this one did."""
    return any(k.standing > learnt.standing and k.reach >= learnt.reach for k in kept)


def holds(learnt: Learnt, other: Learnt) -> bool:
    """Whether a seed has all the points of another one."""
    return {p.address for p in learnt.seed.points} >= {p.address for p in other.seed.points}


def reached_later(trace: tuple[str, ...], before: tuple[str, ...]) -> bool:
    """Whether a traceback ends in a later line of the same function than another one."""
    if len(trace) != len(before):
        return len(trace) > len(before)
    return _line(trace[-1]) > _line(before[-1])


def _line(frame: str) -> int:
    _, _, rest = frame.partition("line ")
    digits = rest.split(",", 1)[0].strip()
    return int(digits) if digits.isdigit() else 0


def leaves_read(learnt: Learnt) -> list[Address]:
    """Values under an attacker's control that the handler read, the last read first."""
    found: dict[Address, None] = {}
    for read in reversed(learnt.observation.outcome.reads):
        if read.kind in ("missing", "decode"):
            continue
        address = Address.parse(read.address)
        if (
            address not in found
            and control_of(learnt.seed, address) is not None
            and learnt.seed.exists(address)
            and not isinstance(learnt.seed.read(address), dict)
        ):
            found[address] = None
    return list(found)[:8]


def may_be_copied(learnt: Learnt, place: Address) -> bool:
    """Whether the handler took a mapping without being seen to read fields of it by name."""
    text = str(place)
    inside = [
        read
        for read in learnt.observation.outcome.reads
        if read.kind in ("present", "missing")
        and read.address.startswith(text + "/")
        and "/" not in read.address[len(text) + 1 :]
    ]
    return not inside


def added(seed: Seed, before: Seed) -> Iterator[tuple[Address, str]]:
    """Addresses and values of the points that one seed has more than another."""
    for point in seed.points[len(before.points) :]:
        value = seed.read(point.address)
        if is_placeholder(value):
            yield point.address, value
    yield Address(()), "\0"


def own_values(learnt: Learnt) -> tuple[str, ...]:
    """Texts of the event at its insertion points, the longest first."""
    found = set()
    for point in learnt.seed.points:
        if learnt.seed.exists(point.address):
            value = learnt.seed.read(point.address)
            if isinstance(value, (str, int, float)) and len(str(value)) > 1:
                found.add(str(value))
    return tuple(sorted(found, key=len, reverse=True))


def shows(observation: Observation, text: str) -> bool:
    """Whether a benign value surfaces anywhere: answer, log, AWS call, sink."""
    outcome = observation.outcome
    return (
        text in outcome.raw
        or text in outcome.logs
        or any(text in str(sink.arguments) for sink in outcome.sinks)
        or any(text in str(call.parameters) for call in observation.calls)
    )


def stored_names(observation: Observation) -> tuple[str, ...]:
    """Names of the fields that the handler wrote into other services, whoever set their values.

    A parameter of AWS' own begins with a capital; a type of DynamoDB's is one.
    """
    found: dict[str, None] = {}
    for call in observation.calls:
        if call.mutating:
            for address, _ in walk_leaves(call.parameters, Address(())):
                names = [name for kind, name in address.steps if kind == "key"]
                found |= dict.fromkeys(n for n in names if n[:1].islower())
    return tuple(found)


def _shape(value: Any, values: tuple[str, ...], depth: int = 3) -> set[str]:
    """The names in an answer and its texts without varying parts; JSON inside of it is opened."""
    found: set[str] = set()
    for address, leaf in walk_leaves(value, Address(())):
        where = re.sub(r"/\d+", "/*", str(address))
        if isinstance(leaf, str) and depth and leaf[:1] in ("{", "["):
            try:
                inner = json.loads(leaf)
            except (ValueError, RecursionError):
                inner = None
            if inner is not None:
                found |= {where + name for name in _shape(inner, values, depth - 1)}
                continue
        found.add(f"{where}={_plain(leaf, values)}" if isinstance(leaf, str) else where)
        if len(found) > 200:
            break
    return found


def _plain(text: str, values: tuple[str, ...]) -> str:
    for value in values:
        text = text.replace(value, "")
    return _VARYING.sub("", text)[:60]
