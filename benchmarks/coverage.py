"""What coverage costs a warm handler: with and without, in turn, in one run.

    .venv/bin/python benchmarks/coverage.py [runtime ...]

"loop" is nothing but a tight loop with a branch that is never taken; "typical" parses, validates,
renders and signs a body with the standard library.
"""

import base64
import json
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from harness.model import Function
from harness.targets.local import LocalTarget

LOOP = """
def handler(event, context):
    total = 0
    for i in range(300_000):
        if i % 3 == 0:
            total += i
        elif i < 0:
            total = -1
        else:
            total ^= i
    return total
"""
TYPICAL = """
import base64, datetime, hashlib, hmac, json, logging, re, urllib.parse

MAIL = re.compile(r"[^@]+@[^@]+")
log = logging.getLogger(__name__)

class Rejected(Exception):
    pass

def checked(order):
    if not MAIL.fullmatch(order["mail"]):
        raise Rejected("mail")
    for line in order["lines"]:
        if line["count"] < 1:
            raise Rejected("count")
        line["sum"] = line["count"] * line["price"]
    return order

def handler(event, context):
    try:
        order = checked(json.loads(base64.b64decode(event["body"])))
    except Rejected as error:
        return {"statusCode": 400, "body": str(error)}
    except ValueError:
        return {"statusCode": 400}
    order["total"] = sum(line["sum"] for line in order["lines"])
    order["at"] = datetime.datetime.now(datetime.timezone.utc).isoformat()
    text = json.dumps(order, indent=1)
    log.warning("order of %s", urllib.parse.quote(order["mail"]))
    sign = hmac.new(b"key", text.encode(), hashlib.sha256).hexdigest()
    return {"statusCode": 200, "body": text, "headers": {"x-sign": sign}}
"""
BODY = json.dumps(
    {"mail": "a@b.example", "lines": [{"count": n + 1, "price": n} for n in range(30)]}
)
EVENTS = {
    "loop": (LOOP, b"{}", 15),
    "typical": (
        TYPICAL,
        json.dumps({"body": base64.b64encode(BODY.encode()).decode()}).encode(),
        400,
    ),
}
ROUNDS = 7


def milliseconds(target: LocalTarget, event: bytes, calls: int) -> float:
    """Processor time of a call, as the runtime measures it."""
    return sum(target.invoke(event).cpu for _ in range(calls)) / calls


def main(runtimes: list[str]) -> None:
    print(f"{'':24} {'without ms':>10} {'with ms':>10} {'ratio':>7}")
    for runtime in runtimes:
        for name, (code, event, calls) in EVENTS.items():
            with TemporaryDirectory(dir="/var/tmp") as place:
                folder = Path(place)
                (folder / "app.py").write_text(code)
                function = Function(
                    name="F", runtime=runtime, handler="app.handler", code=folder, timeout=60
                )
                with (
                    LocalTarget(function, environment={}) as plain,
                    LocalTarget(function, environment={}, coverage=True) as covered,
                ):
                    for target in (plain, covered):
                        milliseconds(target, event, calls)
                    pairs = [
                        tuple(milliseconds(target, event, calls) for target in (plain, covered))
                        for _ in range(ROUNDS)
                    ]
            without, with_it = (median(side) for side in zip(*pairs, strict=True))
            ratio = median(second / first for first, second in pairs)
            print(f"{runtime + ' ' + name:24} {without:10.3f} {with_it:10.3f} {ratio:7.2f}")


if __name__ == "__main__":
    main(sys.argv[1:] or ["python3.9", "python3.11", "python3.12", "python3.13"])
