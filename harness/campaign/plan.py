"""The plan: function x insertion point x payload, in the order in which it is tried."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.campaign.novelty import Learnt
from harness.events.mutators import WORD
from harness.model import FieldRead, InsertionPoint, Payload

# Rules whose trials can cost a whole timeout each go after all others.
EXPENSIVE = frozenset({"timeout", "runtime-crash"})


# The payload whose place the words of the source take.
WORDS = "runtime-crash.source.word"
_WORDS = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One payload at one point of one learnt seed (or at several points at once: a pack)."""

    learnt: Learnt
    points: tuple[InsertionPoint, ...]
    payload: Payload
    mutations: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names the cell in the store, across runs of the same application."""
        seed = self.learnt.seed
        where = "+".join(str(point) for point in self.points)
        name = "+".join((self.payload.id, *self.mutations))
        return f"{seed.trigger.template}|{seed.variant}|{where}|{name}"


def make_plan(
    learnts: Sequence[Learnt],
    payloads: Iterable[Payload],
    language: str,
    words: Sequence[str] = (),
) -> Iterator[Cell]:
    """Cells in the order of the payloads' priority, quick wins first, expensive rules last.

    Points that the handler was seen to read are attacked one by one. The others are attacked
    together, one invocation a payload, so that none is left out and none costs much. `words` of the
    function's source are tried as values of their own in the place of the payload WORDS.
    """
    fitting = sorted(
        (p for p in payloads if not p.languages or language in p.languages),
        key=lambda p: (p.rule in EXPENSIVE, p.priority),
    )
    split = [(learnt, *split_points(learnt)) for learnt in learnts]
    for payload in fitting:
        forms = [(WORD + w,) for w in words[:_WORDS]] if payload.id == WORDS else [()]
        for learnt, read, _ in split:
            for point in read:
                for mutations in forms:
                    yield Cell(learnt=learnt, points=(point,), payload=payload, mutations=mutations)
        learnt, _, unread = split[0]
        if unread and payload.rule not in EXPENSIVE and payload.id != WORDS:
            yield Cell(learnt=learnt, points=unread, payload=payload)


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
