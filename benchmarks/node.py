"""What sensors, learning and coverage cost a warm Node.js handler, and the fast client's gain.

    .venv/bin/python benchmarks/node.py [calls]

Calls a second of a handler that parses a body, goes through a list and answers JSON, as ratios to
the bare fast client; the ways are measured in turn, so that the machine's load is the same for all.
"""

import json
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from harness.errors import TargetError
from harness.model import Function
from harness.targets.local import LocalTarget

CODE = """
exports.handler = async (event) => {
  const { items } = JSON.parse(event.body);
  const told = items.filter(({ name }) => name.includes('a')).map((item) => item.name.length);
  return { statusCode: 200, body: JSON.stringify(told) };
};
"""
EVENT = json.dumps({"body": json.dumps({"items": [{"name": f"a{i}"} for i in range(20)]})}).encode()
ROUNDS = 5
WAYS: tuple[tuple[str, dict[str, Any], bool], ...] = (
    ("bare", {"sensors": False}, False),
    ("sensors", {}, False),
    ("coverage", {"coverage": True}, False),
    ("learning", {}, True),
    ("aws-lambda-ric", {"sensors": False, "client": "ric"}, False),
)


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with TemporaryDirectory(dir="/var/tmp") as folder, ExitStack() as stack:
        (Path(folder) / "app.js").write_text(CODE)
        function = Function(
            name="F", runtime="nodejs20.x", handler="app.handler", code=Path(folder), memory=512
        )
        running = []
        for name, options, learn in WAYS:
            target = LocalTarget(function, **{"environment": {}, **options})
            try:
                running.append((name, stack.enter_context(target), learn))
            except TargetError as missing:
                print(f"{name}: {missing}")
        rates: dict[str, list[float]] = {name: [] for name, _, _ in running}
        for _ in range(ROUNDS):
            for name, target, learn in running:
                started = time.perf_counter()
                for _ in range(calls):
                    target.invoke(EVENT, learn=learn)
                rates[name].append(calls / (time.perf_counter() - started))
        bare = median(rates["bare"])
        for name, told in rates.items():
            print(
                f"{name:15} {median(told):7.0f}/s  {bare / median(told):5.2f} times the bare time"
            )


if __name__ == "__main__":
    main()
