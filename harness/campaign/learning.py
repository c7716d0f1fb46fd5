"""Shape learning: finding the events that get past a handler's parsing, branch by branch.

A search guided by novelty. A learning invocation tells which fields the handler read, decoded and
compared (or, for a black box, its error names a field); the seed grows by what was missing; a
value that the handler refused is exchanged for the next candidate; each constant it compared with
becomes a variant. A seed is kept when the handler did something with it that it did with no other.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from harness.campaign.climbing import Climber, arrives, label
from harness.campaign.growing import Grower
from harness.campaign.novelty import (
    Learnt,
    Signature,
    added,
    covers,
    holds,
    leading,
    leaves_read,
    may_be_copied,
    reached_later,
    shows,
    signature,
    stored_names,
    surpassed,
    without,
)
from harness.codecs.base import CodecError
from harness.events.inject import AddressError
from harness.events.seed import Seed
from harness.events.shapes.defaults import CANDIDATES
from harness.events.shapes.errors import from_error, logged, open_places, settled
from harness.events.shapes.reads import add_field, grow
from harness.events.shapes.typed import typed_reads
from harness.model import Address, Observation, Status

Observe = Callable[[Seed], Observation]

# A handler that sleeps or hangs must not spend the campaign before its first trial.
_SECONDS = 20.0
# Words of the source that may name a field, and places where such fields are tried.
_NAME = re.compile(r"[A-Za-z][\w-]{0,40}")
_NAMES = 100
_PLACES = 4
# A seed with the fields that the function's source names.
_GUESSED = "guessed"
# How many candidates that got a handler further are followed, of one value.
_CHOICES = 4
# How many times the seeds that are wanted may be looked at on the way to them.
_STEPS = 3


class Learner:
    """Learns the shape of one trigger's event within a limit of invocations."""

    def __init__(
        self,
        observe: Observe,
        constants: tuple[str, ...] = (),
        patterns: tuple[str, ...] = (),
        *,
        limit: int = 800,
        seconds: float = _SECONDS,
        variants: int = 8,
    ) -> None:
        self._observe = observe
        self._constants = constants
        self._patterns = patterns
        self._limit = limit
        self._until = time.monotonic() + min(seconds, _SECONDS)
        self._variants = variants
        self._seen: set[Signature] = set()
        self._tried: set[str] = set()
        self._looked: dict[str, tuple[Observation, frozenset[tuple[str, int]]]] = {}
        self._lines: set[tuple[str, int]] = set()
        self._grower = Grower(self)

    def learn(self, seed: Seed, guess: Seed | None = None) -> tuple[Learnt, ...]:
        """Seeds worth attacking, the ones that the handler accepted first. Never empty.

        `guess` holds more fields than `seed`; it is looked at where reads cannot be seen.
        """
        kept: list[Learnt] = []
        queue = [seed]
        while queue and self.left > 0 and self._room(kept):
            learnt, variants = self.completed(queue.pop(0))
            refused = learnt if learnt.standing == 1 else None
            if learnt.standing < 2 and (not kept or self.novel(learnt)):
                learnt, more = self._repair(learnt)
                variants += more
            if not kept:
                learnt, more = self.by_names(learnt)
                variants += more
            if guess is not None and not learnt.observation.outcome.reads:
                queue.append(replace(guess, variant=_GUESSED))
            guess = None
            if kept and not self.novel(learnt):
                if learnt.seed.variant == _GUESSED and learnt.standing >= kept[0].standing:
                    # Nothing shows what it changed: it still has the fields that the source reads.
                    kept[:] = [item for item in kept if not holds(learnt, item)] + [learnt]
                continue
            if surpassed(learnt, kept):
                queue.extend(v for v in variants if v.variant not in self._tried)
                self._tried.update(v.variant for v in variants)
                continue
            self.remember(learnt)
            kept.append(learnt)
            if refused is not None and learnt.standing > 1 and self.novel(refused):
                self.remember(refused)  # whom a value lets in shows only where others are not
                kept.append(refused)
            fresh = [v for v in variants if v.variant not in self._tried]
            self._tried.update(v.variant for v in fresh)
            queue.extend(fresh)
        ahead = leading(kept)
        kept = (ahead + [item for item in kept if item not in ahead])[: self._variants]
        climber = Climber(self, self._constants, self._patterns, variants=self._variants)
        kept += climber.climb(kept)
        kept.sort(key=lambda learnt: -learnt.standing)
        if kept[0].healthy:
            # A variant that only fails is kept when it reached something no healthy one did.
            reached = frozenset().union(*(item.read for item in kept if item.healthy))
            kept = [item for item in kept if item.healthy or item.read - reached]
        return tuple(kept)

    def _room(self, kept: list[Learnt]) -> bool:
        """Whether more seeds are wanted: steps on the way to others do not count for long."""
        return len(leading(kept)) < self._variants and len(kept) < _STEPS * self._variants

    @property
    def left(self) -> int:
        """Invocations that may still be spent; none once a slow handler has had its time."""
        return self._limit if time.monotonic() < self._until else 0

    def complete(self, seed: Seed) -> Learnt:
        """A seed grown by what the handler asks for."""
        return self.completed(seed)[0]

    def look(self, seed: Seed) -> Learnt:
        """What the handler does with it; a seed that was looked at before costs nothing."""
        looked = _key(seed)
        if looked not in self._looked:
            self._limit -= 1
            observation = self._observe(seed)
            lines = _lines(observation)
            if observation.outcome.init is not None and observation.outcome.status is Status.OK:
                # What a cold start does besides (an SDK reads its settings) is not the event's.
                observation = self._observe(seed)
                lines |= _lines(observation)
            self._looked[looked] = observation, lines - self._lines
            self._lines |= lines
        observation, opened = self._looked[looked]
        reads = typed_reads(seed, observation.outcome.reads)
        observation = replace(observation, outcome=replace(observation.outcome, reads=reads))
        read = frozenset(r.address for r in observation.outcome.reads if r.kind != "missing")
        return Learnt(seed=seed, observation=observation, read=read, opened=opened)

    def look_again(self, seed: Seed) -> Learnt:
        """What the handler does with a seed now: some things are done once in a process."""
        del self._looked[_key(seed)]
        return self.look(seed)

    def completed(self, seed: Seed) -> tuple[Learnt, list[Seed]]:
        """Grow a seed until the handler asks for nothing more; also the variants of it."""
        return self._grower.completed(seed)

    def mended(self, learnt: Learnt) -> Learnt | None:
        """The seed without what an error complained of, None when nothing helps."""
        outcome = learnt.observation.outcome
        error = outcome.error
        if error is None and not outcome.reads:
            error = logged(outcome.logs)
        if error is None:
            return None
        for candidate in from_error(learnt.seed, error):
            if self.left <= 0:
                return None
            tried = self.look(candidate)
            if self._further(tried, learnt):
                return tried
        return None

    def _repair(self, learnt: Learnt) -> tuple[Learnt, list[Seed]]:
        """Exchange the values that a failing handler read, the last read first.

        Several candidates may get further (an empty list is gone through without complaint): the
        one after which the handler reads most is the best, the others are variants.
        """
        variants: list[Seed] = []
        for _ in range(4):
            further: dict[Signature, Learnt] = {}
            for tried in self._exchanges(learnt):
                if self._further(tried, learnt):
                    further.setdefault(signature(tried), tried)
                    if len(further) == _CHOICES:
                        break
            if not further:
                break
            completed = []
            for tried in further.values():
                grown, more = self.completed(tried.seed)
                completed.append(grown)
                variants += more
            completed.sort(key=lambda item: (item.standing, len(item.read)), reverse=True)
            learnt = completed[0]
            variants += [item.seed for item in completed[1:]]
            if learnt.standing == 2:
                break
        return learnt, variants

    def _exchanges(self, learnt: Learnt) -> Iterator[Learnt]:
        reads = learnt.observation.outcome.reads
        for address in leaves_read(learnt):
            wanted = [r.value for r in reads if (r.address, r.kind) == (str(address), "equals")]
            # One of a few words that a parser of options or an enumeration takes, perhaps.
            words = self._constants[:_NAMES] if learnt.standing == 0 else ()
            for value in (*wanted, *CANDIDATES, *words):
                if self.left <= 0:
                    return
                if not arrives(learnt.seed, address, value):
                    continue
                try:
                    seed = learnt.seed.written(address, value)
                except (AddressError, CodecError, TypeError):
                    continue
                yield self.look(replace(seed, variant=label(address, value)))

    def by_names(self, learnt: Learnt, places: Sequence[Address] = ()) -> tuple[Learnt, list[Seed]]:
        """Add fields named by the source's words, and by what is stored, where no read is seen.

        Who copies a mapping reads the copy unseen. A field counts that surfaces or changes a thing.
        """
        variants: list[Seed] = []
        named = dict.fromkeys([*stored_names(learnt.observation), *self._constants])
        words = [word for word in named if _NAME.fullmatch(word)][:_NAMES]
        before = signature(learnt)
        # What was taken, and not by its fields, may have been copied.
        likely = sorted(open_places(learnt.seed), key=lambda at: str(at) not in learnt.read)
        for place in places or likely[:_PLACES]:
            if not learnt.seed.exists(place) or not may_be_copied(learnt, place):
                continue
            for word in words:
                if self.left <= 0:
                    return learnt, variants
                seed = add_field(learnt.seed, place.key(word))
                if seed is learnt.seed:
                    continue
                tried = self.look(seed)
                field, value = next(added(seed, learnt.seed))
                if learnt.read - tried.read:  # it led elsewhere: another branch, or none
                    if tried.read - learnt.read:
                        variants.append(replace(seed, variant=label(place.key(word), value)))
                elif tried.standing >= learnt.standing and (
                    tried.opened
                    or shows(tried.observation, value)
                    or without(tried, field) != before
                ):
                    grown, more = self.completed(seed)
                    if grown.standing >= learnt.standing:
                        learnt, before = grown, signature(grown)
                        variants += more
                elif tried.opened:  # the field is read, and its value is refused
                    variants.append(replace(seed, variant=label(place.key(word), value)))
                elif tried.observation.outcome.reads != learnt.observation.outcome.reads:
                    variants += grow(seed, tried.observation.outcome.reads).variants
        return learnt, variants

    def _further(self, tried: Learnt, before: Learnt) -> bool:
        """Whether a change got the handler further than it was."""
        if tried.standing != before.standing:
            return tried.standing > before.standing
        if tried.reach >= before.reach and tried.reach | tried.asked > before.reach | before.asked:
            return True
        error, old = tried.observation.outcome.error, before.observation.outcome.error
        if error is None or old is None:
            return False
        if len(error.trace) > 0 and reached_later(error.trace, old.trace):
            return True
        return not before.observation.outcome.reads and settled(old, error)

    def novel(self, learnt: Learnt) -> bool:
        both = signature(learnt), signature(learnt, whole=True)
        return not any(covers(seen, new) for new in both for seen in self._seen)

    def remember(self, learnt: Learnt) -> None:
        self._seen |= {signature(learnt), signature(learnt, whole=True)}


def _key(seed: Seed) -> str:
    return repr((seed.event, seed.state))


def _lines(observation: Observation) -> frozenset[tuple[str, int]]:
    return frozenset((file, line) for file, some in observation.outcome.lines for line in some)
