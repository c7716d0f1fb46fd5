"""The rank test of the timing witness: its stated rate is exact, and noise of any kind keeps it."""

import itertools
import math
import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.model import ExpectedWitness
from harness.oracles.timing import (
    ALPHA,
    CONTROL,
    LOOKS,
    Block,
    TimingOracle,
    chance,
    follows,
    hopeless,
    series,
)
from tests.unit.oracles.makers import case, outcome

Noise = Callable[[random.Random], Callable[[], float]]
STEP = 1000.0


def heavy(rng: random.Random) -> Callable[[], float]:
    """Pareto tails without a variance: now and then a call takes seconds."""
    return lambda: 40 * rng.paretovariate(1.2)


def drift(rng: random.Random) -> Callable[[], float]:
    """Each call is slower than the one before."""
    calls = itertools.count()
    return lambda: 100 + 150 * next(calls) + rng.gauss(0, 30)


def bursts(rng: random.Random) -> Callable[[], float]:
    """Spells of slowness that last for several calls."""
    state = {"slow": False}

    def call() -> float:
        if rng.random() < 0.25:
            state["slow"] = not state["slow"]
        return (2500 if state["slow"] else 50) + rng.expovariate(1 / 40)

    return call


def coarse(rng: random.Random) -> Callable[[], float]:
    """A clock that knows a few values only."""
    return lambda: float(rng.choice([100, 100, 100, 1100, 2100]))


NOISES = {"heavy": heavy, "drift": drift, "bursts": bursts, "coarse": coarse}


def shown(noise: Noise, rng: random.Random, *, obeys: float = 0.0, control: float = 0.0) -> bool:
    """Whether a series passes, of a function that waits for that part of what it is told."""
    call = noise(rng)

    def take(dose: int) -> float:
        return call() + STEP * (2 * control if dose == CONTROL else obeys * dose)

    return follows(series(take, rng), STEP) is not None


def test_the_chance_is_that_of_all_orders_that_the_lot_can_give() -> None:
    perfect = Block(doses=(1.0, 2.0, 3.0), control=1.0)
    assert chance([perfect] * 6) == pytest.approx(6**-6)
    assert chance([]) == 1.0
    two = list(itertools.permutations((1.0, 2.0, 3.0)))
    for first, second in itertools.product(two, two):
        told = chance([Block(doses=first, control=0), Block(doses=second, control=0)])
        # The chance of a chance so low is that chance: what a test of an exact level is.
        at_most = sum(
            chance([Block(doses=a, control=0), Block(doses=b, control=0)]) <= told + 1e-12
            for a, b in itertools.product(two, two)
        )
        assert at_most / 36 == pytest.approx(told)


def test_all_looks_together_keep_the_stated_rate() -> None:
    assert sum(LOOKS.values()) <= ALPHA


def test_equal_durations_are_no_trend() -> None:
    assert chance([Block(doses=(5.0, 5.0, 5.0), control=5.0)] * 6) == 1.0
    flat_then_long = [Block(doses=(5.0, 5.0, 9.0), control=5.0)] * 6
    assert chance(flat_then_long) == pytest.approx(3**-6)


def test_what_can_no_longer_pass_is_given_up() -> None:
    good, bad = Block(doses=(1, 2, 3), control=1), Block(doses=(3, 2, 1), control=1)
    assert not hopeless([good])
    assert not hopeless([bad])
    assert hopeless([bad, bad, bad])
    assert hopeless([bad] * max(LOOKS))


@pytest.mark.parametrize("name", NOISES)
def test_noise_passes_no_more_often_than_stated(name: str) -> None:
    rng, runs = random.Random(name), 4000
    passed = sum(shown(NOISES[name], rng) for _ in range(runs))
    # Above this a true rate of ALPHA is seen less than once in a hundred thousand times.
    assert passed <= ALPHA * runs + 4.5 * math.sqrt(ALPHA * runs)


def test_a_function_that_obeys_is_found_through_jitter() -> None:
    def jitter(rng: random.Random) -> Callable[[], float]:
        return lambda: 80 * rng.lognormvariate(0, 1)  # sd 173 ms

    rng = random.Random(7)
    assert sum(shown(jitter, rng, obeys=1.0) for _ in range(200)) >= 196
    assert sum(shown(jitter, rng, obeys=3.0) for _ in range(200)) >= 198  # it runs it three times


def test_the_order_alone_is_no_witness() -> None:
    def steady(rng: random.Random) -> Callable[[], float]:
        return lambda: 50.0

    rng = random.Random(1)
    assert shown(steady, rng, obeys=1.0)
    assert not shown(steady, rng, obeys=0.05)  # longer texts take longer: not what was asked
    assert not shown(steady, rng, obeys=1.0, control=1.0)  # any text with a number does it


@pytest.mark.parametrize(("took", "found"), [(1100, 1), (100, 0)])
def test_one_slow_call_is_a_suspicion(took: float, found: int) -> None:
    seen = case(
        "os-command-injection",
        ";sleep 1",
        outcome(duration=took),
        witness=ExpectedWitness(delay=True),
    )
    trial = replace(seen.trial, facts={**seen.trial.facts, "delay": "1.000"})
    assert len(list(TimingOracle().judge(replace(seen, trial=trial)))) == found
