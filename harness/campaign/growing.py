"""Growing a seed until a handler asks for nothing more, by fields that it takes."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Protocol

from harness.campaign.climbing import label
from harness.campaign.novelty import Learnt, hinders
from harness.events.seed import Seed
from harness.events.shapes.reads import grow
from harness.events.shapes.typed import retried
from harness.model import Address, FieldRead

_ROUNDS = 16


class Looker(Protocol):
    """The learner, as growing needs it."""

    @property
    def left(self) -> int:
        """Invocations that may still be spent."""
        ...

    def look(self, seed: Seed) -> Learnt: ...
    def look_again(self, seed: Seed) -> Learnt: ...
    def mended(self, learnt: Learnt) -> Learnt | None: ...
    def by_names(
        self, learnt: Learnt, places: Sequence[Address] = ()
    ) -> tuple[Learnt, list[Seed]]: ...


class Grower:
    """Adds what a handler asks for, as the learner sees it ask."""

    def __init__(self, looker: Looker) -> None:
        self._looker = looker

    def completed(self, seed: Seed) -> tuple[Learnt, list[Seed]]:
        """The seed with all that the handler asks for and takes, and variants of it."""
        learnt, before, variants = self._grown(seed)
        if before is not None:
            before = self._looker.look_again(before.seed)
            if hinders(learnt, before):
                learnt, more = self._one_by_one(before)
                variants |= more
        return learnt, list(variants.values())

    def _grown(
        self, seed: Seed, without: Collection[str] = ()
    ) -> tuple[Learnt, Learnt | None, dict[str, Seed]]:
        """The seed grown by all that is asked for, but for some addresses, and its variants.

        Between them what got to a call or a sink on the way that the grown one does not get to.
        """
        learnt = self._looker.look(seed)
        variants: dict[str, Seed] = {}
        passed: list[Learnt] = []
        for _ in range(_ROUNDS):
            growth = grow(learnt.seed, _wanted(learnt, without))
            variants |= {variant.variant: variant for variant in growth.variants}
            if growth.seed is learnt.seed:
                better = self._looker.mended(learnt)
                if better is None:
                    break
                learnt = better
            elif self._looker.left <= 0:
                break
            else:
                passed.append(learnt)
                learnt = self._looker.look(growth.seed)
        growth = grow(learnt.seed, _wanted(learnt, without))
        variants |= {variant.variant: variant for variant in growth.variants}
        return learnt, next((p for p in reversed(passed) if hinders(learnt, p)), None), variants

    def _one_by_one(self, learnt: Learnt) -> tuple[Learnt, dict[str, Seed]]:
        """Grow a seed by the fields that the handler takes, with values that it takes.

        An optional field that is refused in silence costs all that comes after it. Those that have
        no value which helps are in seeds of their own, by their names.
        """
        asked = [r for r in learnt.observation.outcome.reads if r.kind == "missing"]
        refused: dict[str, Seed] = {}
        for read in asked:
            others = [r.address for r in asked if r is not read]
            address, grown = Address.parse(read.address), grow(learnt.seed, [read]).seed
            if grown is learnt.seed:
                continue
            for seed in retried(grown, address):
                if self._looker.left <= 0:
                    return learnt, refused
                tried, _, _ = self._grown(seed, others)
                if not hinders(tried, learnt):
                    learnt = tried
                    if isinstance(seed.read(address), dict):  # may be gone through unseen
                        learnt, _ = self._looker.by_names(tried, [address])
                    break
            else:
                name = label(address, "any")
                refused[name] = replace(grown, variant=name)
        return learnt, refused


def _wanted(learnt: Learnt, without: Collection[str]) -> list[FieldRead]:
    """What the handler read and asked for, but for fields that it is not to have."""
    reads = learnt.observation.outcome.reads
    return [r for r in reads if r.kind != "missing" or r.address not in without]
