"""Climbing: trying values where nothing that was seen tells which one is wanted.

A handler that catches its own errors never fails, and what `Enum(text)` or a group of a pattern is
asked for is not seen. That a value was the right one shows in what comes after it: a field that is
read, a call, or a line of the application that no event reached before. What got further is gone
on from at once, and what it left is come back to. Source: AFL's queue (lcamtuf.coredump.cx/afl).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from harness.campaign.novelty import Learnt, leading, leaves_read, surpassed
from harness.codecs.base import CodecError
from harness.events.inject import AddressError
from harness.events.seed import Seed
from harness.events.shapes.defaults import CANDIDATES
from harness.events.shapes.reads import grow, patterned
from harness.model import Address

# Invocations, and seeds that it begins with.
_LOOKS = 600
_STARTS = 3
# Words that a file's name may be asked to end with, where the asking cannot be seen.
_ENDING = re.compile(r"\.[a-z]\w{0,4}")
# Points where nothing was seen to be read, at which the source's patterns are tried.
_UNREAD = 4
_WHOLE = r"\A(?:%s)\Z"
# How many seeds a variant, before those that lead are taken out of them.
_FOUND = 4
# How many of the branches behind a value that was tried are followed.
_BRANCHES = 16


class Looker(Protocol):
    """The learner, as climbing needs it."""

    @property
    def left(self) -> int:
        """Invocations that may still be spent."""
        ...

    def look(self, seed: Seed) -> Learnt: ...
    def completed(self, seed: Seed) -> tuple[Learnt, list[Seed]]: ...
    def by_names(
        self, learnt: Learnt, places: Sequence[Address] = ()
    ) -> tuple[Learnt, list[Seed]]: ...
    def novel(self, learnt: Learnt) -> bool: ...
    def remember(self, learnt: Learnt) -> None: ...


@dataclass(frozen=True, slots=True)
class _Step:
    """A changed seed; `value` is what was written at `address`, if that was the change.

    It is `framed` when a pattern's frame is kept around payloads.
    """

    seed: Seed
    address: Address | None = None
    value: object = None
    framed: bool = False


@dataclass(slots=True)
class _Hill:
    """A seed that is gone on from, and the changes that were not tried yet."""

    learnt: Learnt
    steps: Iterator[_Step]


class Climber:
    """Goes on from the seeds that a learner kept.

    `words` and `patterns` are constants and regular expressions of the source.
    """

    def __init__(
        self, looker: Looker, words: Sequence[str], patterns: Sequence[str], *, variants: int
    ) -> None:
        self._looker = looker
        self._words = words
        self._patterns = patterns
        self._variants = variants
        self._tried: set[str] = set()
        self._reached: set[object] = set()
        self._sees_lines = False
        self._opened: set[tuple[str, int]] = set()

    def climb(self, kept: Sequence[Learnt]) -> list[Learnt]:
        """What reached more than the seeds that are kept, at most `variants` of it."""
        healthy = sorted((k for k in kept if k.healthy), key=lambda k: len(k.reach), reverse=True)
        self._reached = set().union(*(k.reach | k.asked for k in kept))
        self._sees_lines = any(k.opened for k in kept)
        hills = [_Hill(learnt, self._steps(learnt)) for learnt in healthy[:_STARTS]]
        found: list[Learnt] = []
        stop = max(0, self._looker.left - _LOOKS)
        while hills and self._looker.left > stop and len(found) < _FOUND * self._variants:
            hill = max(hills, key=lambda hill: len(hill.learnt.reach))
            step = next(hill.steps, None)
            if step is None:
                hills.remove(hill)
                continue
            for item in self._gone_on(step, hill.learnt, kept):
                found.append(item)
                hills.append(_Hill(item, self._steps(item)))
        return sorted(leading(found), key=lambda k: -len(k.reach))[: self._variants]

    def _gone_on(self, step: _Step, before: Learnt, kept: Sequence[Learnt]) -> Iterator[Learnt]:
        """The seeds to go on from after a step."""
        tried = self._looker.look(step.seed)
        if not tried.healthy:
            return
        deeper = self._opens(tried) and tried.reach >= before.reach
        if not deeper:
            gained = (tried.reach | tried.asked) - before.reach - before.asked
            # Where lines are seen, a text that is told in other words is no way to more of them;
            # what holds others may be gone through on the same line.
            plain = step.framed or (self._sees_lines and not isinstance(step.value, dict | list))
            if plain and gained <= self._reached:
                return
            if not self._looker.novel(tried) or surpassed(tried, kept):
                return
            if step.value in CANDIDATES and not gained - {f"{step.address}/0"}:
                return
        grown, variants = self._looker.completed(step.seed)
        fresh = [grown] if deeper or self._looker.novel(grown) else []
        self._looker.remember(tried)
        for variant in [v for v in variants if v.variant not in self._tried][:_BRANCHES]:
            self._tried.add(variant.variant)
            more, _ = self._looker.completed(variant)
            if more.healthy and (self._opens(more) or self._looker.novel(more)):
                fresh.append(more)
        for item in fresh:
            if isinstance(step.value, dict) and step.address:  # may be gone through unseen
                item, _ = self._looker.by_names(item, [step.address])
            self._looker.remember(item)
            self._reached |= item.reach | item.asked
            yield item

    def _opens(self, learnt: Learnt) -> bool:
        """Whether it reached lines first; a second look at the same seed did not."""
        opened = learnt.opened - self._opened
        self._opened |= opened
        return bool(opened)

    def _steps(self, learnt: Learnt) -> Iterator[_Step]:
        seed, reads = learnt.seed, learnt.observation.outcome.reads
        for variant in grow(seed, reads).variants:
            if variant.variant not in self._tried:
                self._tried.add(variant.variant)
                yield _Step(variant)
        leaves = leaves_read(learnt)
        unread = [p.address for p in seed.points if seed.exists(p.address)]
        unread = [address for address in unread if address not in leaves][:_UNREAD]
        for address in leaves:
            asked = [r.value for r in reads if (r.address, r.kind) == (str(address), "matches")]
            yield from self._by_patterns(seed, address, map(str, asked))
        for address in (*leaves, *unread):
            yield from self._by_patterns(seed, address, map(_WHOLE.__mod__, self._patterns))
        for address in leaves:
            for value in self._values(learnt, address):
                if not arrives(seed, address, value):
                    continue
                try:
                    changed = seed.written(address, value)
                except (AddressError, CodecError, TypeError):
                    continue
                yield _Step(replace(changed, variant=label(address, value)), address, value)

    def _by_patterns(
        self, seed: Seed, address: Address, patterns: Iterable[str]
    ) -> Iterator[_Step]:
        for pattern in patterns:
            for changed in patterned(seed, address, pattern, self._words):
                name = label(address, changed.read(address))
                yield _Step(replace(changed, variant=name), framed=True)

    def _values(self, learnt: Learnt, address: Address) -> Iterator[object]:
        current = learnt.seed.read(address)
        if not isinstance(current, str):
            return
        # An object's body or a row's text is text.
        yield from CANDIDATES if address.state is None else ()
        yield from self._words
        yield from map(int, filter(str.isdecimal, self._words))
        for ending in filter(_ENDING.fullmatch, self._words):
            yield current.rpartition(".")[0] + ending


def arrives(seed: Seed, address: Address, value: object) -> bool:
    """Whether a value is let in at an address: where only text is, a list or a number never is."""
    text = isinstance(value, (str, bytes))
    return text or not any(p.address == address and not p.json for p in seed.points)


def label(address: Address, value: object) -> str:
    """What a seed with the value is called."""
    return f"{str(address).rsplit('/', 1)[-1]}={value!r}"[:60]
