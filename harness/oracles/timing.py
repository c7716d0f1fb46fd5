"""A delay that follows the dose which was asked for, and chance as its only other explanation.

A payload that makes the function wait is sent in blocks. Each block has every dose (0, 1 and 2
steps of delay) and the control at the highest dose once, in an order that is drawn by lot. Where
the function does not obey, the doses are labels without meaning: within a block every order of its
durations is as likely, whatever the noise is made of - heavy tails, drifts, bursts, cold caches -
since the lot decided which call got which dose. So the chance of a trend is known exactly, without
any assumption about durations: it is counted over all orders (Page's test for ordered alternatives,
https://doi.org/10.1080/01621459.1963.10500843, with mid-ranks for ties).
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from statistics import median

from harness.model import Case, Confidence, Status, Verdict, Witness

DOSES = (0, 1, 2)
CONTROL = -1
# How often a function that does not obey passes one series by chance, at most: the chances after so
# many blocks at which a series is taken for a trend, together (Bonferroni).
ALPHA = 0.001
LOOKS = {5: ALPHA / 2, 10: ALPHA / 2}
# Of what was asked, at least this part must come; the control may show at most that of it.
_OBEYED = 0.7
_CONTROL = 0.3
_ENDED = (Status.OK, Status.ERROR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Durations in milliseconds: one for each of DOSES, and the control's at the highest dose."""

    doses: tuple[float, float, float]
    control: float


class TimingOracle:
    """The suspicion: one slow call. `follows` is what makes a finding of it, by a series of calls.

    See `harness/campaign/doses.py`.
    """

    rules = ("os-command-injection", "code-injection", "sql-injection", "ssti")

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial, outcome = case.trial, case.observation.outcome
        if not trial.payload.witness.delay or not case.alone or outcome.status not in _ENDED:
            return
        asked = float(trial.facts["delay"]) * 1000
        # The control may have been a cold start, which not every target tells: the series decides.
        if outcome.duration >= _OBEYED * asked:
            yield Verdict(
                rule=trial.payload.rule,
                trial=trial,
                witness=Witness(
                    kind="delay",
                    seen=f"{outcome.duration:.0f} ms, {asked:.0f} ms were asked for",
                    where="duration",
                ),
                confidence=Confidence.CONFIRMED,
            )


def series(take: Callable[[int], float], lot: random.Random) -> tuple[Block, ...]:
    """The durations (milliseconds) that `take` gives for doses and CONTROL, in an order by lot.

    It ends when they show a trend, or no further blocks could make one of what was seen.
    """
    blocks: list[Block] = []
    while not blocks or not (trend(blocks) or hopeless(blocks)):
        took = {dose: take(dose) for dose in lot.sample((*DOSES, CONTROL), len(DOSES) + 1)}
        blocks.append(Block(doses=(took[0], took[1], took[2]), control=took[CONTROL]))
    return tuple(blocks)


def chance(blocks: Sequence[Block]) -> float:
    """How likely a trend at least as strong is when the lot alone orders durations; 1 for none."""
    ranked = [_ranks(block.doses) for block in blocks]
    spread = _spread(tuple(sorted(tuple(sorted(ranks)) for ranks in ranked)))
    seen = sum(map(_trend, ranked))
    return sum(ways for total, ways in spread.items() if total >= seen) / spread.total()


def trend(blocks: Sequence[Block]) -> bool:
    """Whether chance is ruled out, as far as ALPHA says. Only LOOKS at a series count."""
    return chance(blocks) <= LOOKS.get(len(blocks), -1.0)


def hopeless(blocks: Sequence[Block]) -> bool:
    """Whether no further blocks can make a trend of what was seen so far."""
    best = Block(doses=(0.0, 1.0, 2.0), control=0.0)
    left = (look - len(blocks) for look in LOOKS if look >= len(blocks))
    return not any(trend([*blocks, *[best] * more]) for more in left)


def obeyed(step: float) -> float:
    """How much longer a call at the highest dose takes at least, of steps of that length."""
    return _OBEYED * DOSES[-1] * step


def follows(blocks: Sequence[Block], step: float) -> Witness | None:
    """The witness when durations follow the doses, `step` milliseconds each; the control must not.

    Size and control only take away from what chance lets pass.
    """
    if not trend(blocks):
        return None
    gained = median(block.doses[2] - block.doses[0] for block in blocks)
    control = median(block.control - block.doses[0] for block in blocks)
    if gained < obeyed(step) or control > _CONTROL * gained:
        return None
    return Witness(
        kind="delay",
        seen=(
            f"{gained:.0f} ms longer when told to wait for {2 * step:.0f} ms, the control "
            f"{max(control, 0.0):.0f} ms; {len(blocks)} blocks in random order, by chance "
            f"{chance(blocks):.1g}"
        ),
        where="duration",
    )


@lru_cache(maxsize=256)
def _spread(ranked: tuple[tuple[float, ...], ...]) -> Counter[float]:
    """In how many ways the lot orders blocks of such ranks to each trend."""
    spread: Counter[float] = Counter({0.0: 1})
    for ranks in ranked:
        further: Counter[float] = Counter()
        for order in permutations(ranks):
            for total, ways in spread.items():
                further[total + _trend(order)] += ways
        spread = further
    return spread


def _trend(ranks: Sequence[float]) -> float:
    return sum(dose * rank for dose, rank in zip(DOSES, ranks, strict=True))


def _ranks(values: Sequence[float]) -> tuple[float, ...]:
    """From 1 up; equal values share the mean of theirs."""
    return tuple(
        sum(other < value for other in values) + (sum(other == value for other in values) + 1) / 2
        for value in values
    )
