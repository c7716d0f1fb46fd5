"""Recall, precision and the cost of a detection, by rule, over every pair and every safe function.

    .venv/bin/python benchmarks/detection.py [--seconds N] [--workers N] [--corpus NAME ...]
                                            [--function GLOB ...] [--peers]

Corpora: `pairs` (tests/corpus), `rules`, `filters`, `safe`; all when none is named. `--seconds` are
a worker's for each function: what one does not need, others get. `--peers` sets sqlmap, Wapiti and
Schemathesis on the pairs behind HTTP at the end (peers.py).

Recall is the part of the vulnerable functions in which their rule was found. Any finding in a safe
twin or a safe function is a false alarm. Trials and invocations are medians of what was spent
before the first finding of the rule. With no false alarm in n functions the rate is below 3/n with
95 % confidence ("rule of three").
"""

import argparse
import json
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from harness.cli.campaign import campaign  # noqa: E402
from harness.cli.loading import load_application, load_catalogue  # noqa: E402
from harness.posture import RULES as DEPLOYMENT  # noqa: E402
from tests.corpus.loading import cases, template  # noqa: E402

PAIRS = {"pairs": "", "rules": "rules", "filters": "filters"}


def run(
    source: Path,
    out: Path,
    seconds: float,
    workers: int,
    functions: tuple[str, ...] = (),
    rules: tuple[str, ...] = (),
) -> dict[str, Any]:
    """findings.json of one campaign; no functions or rules mean all."""
    campaign(
        {
            "source": source,
            "function": functions,
            "trigger": (),
            "rule": rules,
            "target": "local",
            "client": "fast",
            "max_time": seconds,
            "max_invocations": None,
            "workers": workers,
            "seed": 7,
            "out": out,
            "fail_on": "never",
            "baseline": None,
            "resume": None,
            "payloads": None,
            "templates": None,
            "parameter": (),
            "quiet": True,
            "no_progress": True,
        }
    )
    told: dict[str, Any] = json.loads((out / "findings.json").read_text())
    return told


def number(source: Path, functions: tuple[str, ...]) -> int:
    """How many functions of an application are asked for."""
    application = load_application(source, load_catalogue(), {})
    return sum(
        not functions or any(fnmatchcase(function.name, glob) for glob in functions)
        for function in application.functions
    )


def main(names: Iterable[str], seconds: float, workers: int, functions: tuple[str, ...]) -> None:
    wanted: dict[str, list[str]] = defaultdict(list)
    found: dict[tuple[str, str], tuple[int, int]] = {}
    false: list[tuple[str, str, str]] = []
    silent = calls = trials = 0
    with TemporaryDirectory() as folder:
        for name in names:
            source = ROOT / "tests" / "safe" / "template.yaml"
            vulnerable: dict[str, str] = {}
            if name in PAIRS:
                source = Path(folder) / f"{name}.json"
                source.write_text(json.dumps(template(PAIRS[name])))
                vulnerable = {case["name"]: case["rule"] for case in cases(PAIRS[name])}
            count = number(source, functions)
            if not count:
                continue
            told = run(source, Path(folder) / name, seconds * count / workers, workers, functions)
            print(f"{name}: {len(told['functions'])} functions", file=sys.stderr)
            tested = {function["name"] for function in told["functions"]}
            for function, rule in vulnerable.items():
                if function not in tested:
                    continue
                wanted[rule].append(function)
            for function in told["functions"]:
                calls += function["invocations"]
                trials += function["trials"]
                silent += function["name"] not in vulnerable
            for finding in told["findings"]:
                key = finding["function"], finding["rule"]
                if finding["function"] not in vulnerable:
                    # Whoever judges the deployment is right: no corpus has authorizers or roles.
                    if finding["rule"] in DEPLOYMENT:
                        continue
                    false.append((*key, finding["confidence"]))
                elif finding["confidence"] != "tentative":
                    cost = finding["trials_to_detect"], finding["invocations_to_detect"]
                    found[key] = min(found.get(key, cost), cost)
    _print(wanted, found, false)
    print(f"\n{trials} trials in {calls} invocations")
    alarms = len({function for function, _, _ in false})
    bound = (
        f", below {min(1.0, 3 / silent):.2%} with 95 % confidence" if silent and not alarms else ""
    )
    print(f"false alarms: {alarms} of {silent} safe functions{bound}")
    for function, rule, confidence in false:
        print(f"  {rule} in {function} ({confidence})")


def _print(
    wanted: dict[str, list[str]],
    found: dict[tuple[str, str], tuple[int, int]],
    false: list[tuple[str, str, str]],
) -> None:
    print(f"{'rule':24} {'pairs':>5} {'recall':>7} {'precision':>9} {'trials':>7} {'calls':>6}")
    for rule in sorted(wanted):
        costs = [found[f, rule] for f in wanted[rule] if (f, rule) in found]
        wrong = sum(other == rule for _, other, _ in false)
        precision = f"{len(costs) / (len(costs) + wrong):9.0%}" if costs or wrong else f"{'-':>9}"
        median = [statistics.median(column) for column in zip(*costs, strict=True)] or [0, 0]
        print(
            f"{rule:24} {len(wanted[rule]):5} {len(costs) / len(wanted[rule]):7.0%} {precision} "
            f"{median[0]:7.0f} {median[1]:6.0f}"
        )
        for function in wanted[rule]:
            if (function, rule) not in found:
                print(f"  missed in {function}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=8.0, help="of a worker, for each function")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--corpus", nargs="*", choices=[*PAIRS, "safe"], default=[*PAIRS, "safe"])
    parser.add_argument("--function", nargs="*", default=[], metavar="GLOB")
    parser.add_argument("--peers", action="store_true", help="then other tools, behind HTTP")
    given = parser.parse_args()
    main(given.corpus, given.seconds, given.workers, tuple(given.function))
    if given.peers:
        import peers

        peers.main(("sql-injection", "os-command-injection"), peer_seconds=30.0)
