"""The plan: function x insertion point x payload, in the order in which it is tried."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from harness.campaign.novelty import Learnt
from harness.events.batch import records_of, widened
from harness.events.mutators import WORD
from harness.model import FieldRead, InsertionPoint, Payload

# Rules whose trials can cost a whole timeout each go after all others.
EXPENSIVE = frozenset({"timeout", "runtime-crash", "redos", "out-of-memory", "denial-of-wallet"})
# Of these the ones that a number decides, and how a handler is seen to take a text as one.
_OF_NUMBERS = frozenset({"timeout", "out-of-memory", "denial-of-wallet"})
_NUMBERS = frozenset({"int", "float", "decimal"})
# Rules about what an invocation does as a whole: their trials have it to themselves, and none are
# made where the handler does not look.
WHOLE = frozenset(
    {"auth-bypass", "contract-violation", "missing-logging", "poison-record", "flow-bypass"}
)
# The payload whose place the words of the source take.
_GUARDING = frozenset(
    {"equals", "contains", "startswith", "endswith", "cast", "matches", "less", "greater", "length"}
)
WORDS = "runtime-crash.source.word"
_WORDS = 80
# What one bad record does to the others of its batch needs others.
_BATCH = "poison-record"
_RECORDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One payload at one point of one learnt seed.

    `unread`: the handler was not seen to read the point. `guard`: it was seen to compare or cast
    what stands there, so another value may lead it past everything else in the record. `fits`: it
    was seen to take for a number what the payload's rule wants to be one.
    """

    learnt: Learnt
    point: InsertionPoint
    payload: Payload
    mutations: tuple[str, ...] = ()
    unread: bool = False
    guard: bool = False
    fits: bool = False

    @property
    def key(self) -> str:
        """Names the cell in the store, across runs of the same application."""
        seed = self.learnt.seed
        name = "+".join((self.payload.id, *self.mutations))
        return f"{seed.trigger.template}|{seed.variant}|{self.point}|{name}"

    @property
    def expensive(self) -> bool:
        """Whether a hit may cost a whole timeout or a cold start."""
        return self.payload.rule in EXPENSIVE

    @property
    def last(self) -> bool:
        """Whether it waits for all others: it is expensive, and nothing speaks for a hit."""
        return self.expensive and not self.fits

    @property
    def alone(self) -> bool:
        """Whether it shares its invocation with no other trial."""
        payload = self.payload
        delay = payload.witness.delay
        return self.expensive or payload.rule in WHOLE or bool(payload.repeat) or delay


def make_plan(
    learnts: Sequence[Learnt],
    payloads: Iterable[Payload],
    language: str,
    words: Sequence[str] = (),
) -> Iterator[Cell]:
    """Every cell, in the order of the payloads' priority; the schedule decides what goes first.

    Points that the handler was not seen to read are tried in the first seed that has them. `words`
    of the function's source are tried as values of their own in the place of the payload WORDS.
    """
    fitting = sorted(
        (p for p in payloads if not (p.languages and language) or language in p.languages),
        key=lambda p: (p.rule in EXPENSIVE, p.priority),
    )
    split = [(learnt, *split_points(learnt), guards(learnt)) for learnt in learnts]
    numbers = {id(learnt): _numbers(learnt) for learnt in learnts}
    unseen = [(learnt, point) for learnt, _, unread, _ in split[:1] for point in unread]
    had = {point.address for learnt in learnts[:1] for point in learnt.seed.points}
    for learnt, _, unread, _ in split[1:]:
        unseen += [(learnt, point) for point in unread if point.address not in had]
        had |= {point.address for point in unread}
    batches = [(_wide(part[0]), *part[1:]) for part in split if records_of(part[0].seed) > 1]
    for payload in fitting:
        forms = [(WORD + w,) for w in words[:_WORDS]] if payload.id == WORDS else [()]
        for learnt, read, _, guarding in batches if payload.rule == _BATCH else split:
            for point in read:
                for mutations in forms:
                    yield Cell(
                        learnt=learnt,
                        point=point,
                        payload=payload,
                        mutations=mutations,
                        guard=str(point.address) in guarding,
                        fits=payload.rule in _OF_NUMBERS
                        and str(point.address) in numbers.get(id(learnt), ()),
                    )
        if payload.rule not in EXPENSIVE | WHOLE and payload.id != WORDS:
            for learnt, point in unseen:
                yield Cell(learnt=learnt, point=point, payload=payload, unread=True)


def _wide(learnt: Learnt) -> Learnt:
    return replace(learnt, seed=widened(learnt.seed, min(_RECORDS, records_of(learnt.seed))))


def guards(learnt: Learnt) -> frozenset[str]:
    """Addresses whose value the handler compared, cast or matched."""
    return frozenset(r.address for r in learnt.observation.outcome.reads if r.kind in _GUARDING)


def _numbers(learnt: Learnt) -> frozenset[str]:
    """Addresses whose value the handler took for a number."""
    reads = learnt.observation.outcome.reads
    return frozenset(
        r.address
        for r in reads
        if r.kind in ("less", "greater") or (r.kind == "cast" and r.value in _NUMBERS)
    )


def split_points(
    learnt: Learnt,
) -> tuple[tuple[InsertionPoint, ...], tuple[InsertionPoint, ...]]:
    """The points which the handler reads, and those it was not seen to read.

    A carrier whose inside the handler decodes (a JSON body) is in neither: its fields are points
    of their own, and rubbish instead of the carrier only tests the parser. Without learning reads
    (a black box) every point counts as read.
    """
    points = tuple(p for p in learnt.seed.points if not _holds_points(learnt, p))
    reads = learnt.observation.outcome.reads
    carriers = {str(p.address) for p in points if _decoded_inside(p, points, reads)}
    points = tuple(p for p in points if str(p.address) not in carriers)
    if not reads:
        return points, ()
    decoded = {f"{r.address}!{r.value}" for r in reads if r.kind == "decode"}
    read = tuple(p for p in points if _is_read(p, learnt.read, decoded))
    return read, tuple(p for p in points if p not in read)


def _holds_points(learnt: Learnt, point: InsertionPoint) -> bool:
    """Whether a point is a mapping or list that was opened up into points of its own."""
    if not learnt.seed.exists(point.address):
        return True
    return bool(learnt.seed.read(point.address)) and isinstance(
        learnt.seed.read(point.address), (dict, list)
    )


def _decoded_inside(
    point: InsertionPoint, points: Sequence[InsertionPoint], reads: Sequence[FieldRead]
) -> bool:
    text = str(point.address)
    decoded = {f"{text}!{r.value}" for r in reads if r.kind == "decode" and r.address == text}
    return (
        any(str(other.address).startswith(tuple(decoded)) for other in points) if decoded else False
    )


def _is_read(point: InsertionPoint, read: frozenset[str], decoded: set[str]) -> bool:
    if point.address.state is not None:
        return True
    for at, (kind, _) in enumerate(point.address.steps):
        if kind == "codec" and at + 1 < len(point.address.steps):
            # The handler took the carrier and no decoder that is known: it takes it apart itself.
            carrier = type(point.address)(point.address.steps[:at])
            inside = type(point.address)(point.address.steps[: at + 1])
            if str(carrier) in read and str(inside) not in decoded:
                return True
    steps = list(point.address.steps)
    while steps and steps[-1][0] == "codec":
        steps.pop()
    plain = str(type(point.address)(tuple(steps)))
    if plain in read:
        return True
    # A typed leaf ({"S": "x"}) is read through its parent when a deserialiser takes it whole.
    return any(str(mirror) in read for mirror in point.mirrors)
