"""The timing witness against noise: how often chance passes, and how often a real delay is found.

    .venv/bin/python benchmarks/timing.py [--series N]

Simulated durations through the very series and test that findings stand on. No function obeys in
the first table: what passes is false. In the second one the function waits as it is told (steps of
one second), through noise that is lognormal with the standard deviation named. A finding needs two
series, so its columns are squares.
"""

import argparse
import math
import random
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from harness.oracles.timing import ALPHA  # noqa: E402
from tests.unit.oracles.test_timing import NOISES, shown  # noqa: E402


def lognormal(deviation: float) -> Callable[[random.Random], Callable[[], float]]:
    """Noise of that standard deviation in milliseconds; the median is 0.46 of it."""
    unit = math.sqrt((math.e - 1) * math.e)
    return lambda rng: lambda: deviation / unit * rng.lognormvariate(0, 1)


def main(runs: int) -> None:
    print(f"stated: at most {ALPHA} of the series that no function obeys")
    print(f"{'noise':10} {'series':>8} {'passed':>7} {'rate':>9}")
    for name, noise in NOISES.items():
        rng = random.Random(name)
        passed = sum(shown(noise, rng) for _ in range(runs))
        print(f"{name:10} {runs:8} {passed:7} {passed / runs:9.5f}")
    print(f"\n{'deviation':>10} {'a series':>9} {'a finding':>9}")
    for deviation in (50, 200, 500, 1000, 2000):
        rng, some = random.Random(deviation), runs // 20
        noise = lognormal(deviation)
        power = sum(shown(noise, rng, obeys=1.0) for _ in range(some)) / some
        print(f"{deviation:7} ms {power:9.1%} {power**2:9.1%}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--series", type=int, default=100_000)
    main(parser.parse_args().series)
