"""What the harness adds to a call: the share of a campaign's time that is not the function's own.

    .venv/bin/python benchmarks/campaign.py [invocations]

Two functions in one run: one that answers at once, one that works for about two milliseconds.
Generating, invoking over the socket, observing and judging are all counted as ours.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.campaign.config import RunConfig
from harness.campaign.worker import Shard, Worker
from harness.cli.loading import load_application, load_catalogue

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Quick:
    Type: AWS::Serverless::Function
    Properties:
      {common}
      Handler: app.quick
  Working:
    Type: AWS::Serverless::Function
    Properties:
      {common}
      Handler: app.working
"""
COMMON = """Runtime: python3.11
      CodeUri: src/
      Events: {Api: {Type: Api, Properties: {Path: /search, Method: post}}}"""
CODE = """
import json, time

def quick(event, context):
    query = (event.get("queryStringParameters") or {}).get("q", "")
    return {"statusCode": 200, "body": json.dumps({"length": len(query)})}

def working(event, context):
    until = time.perf_counter() + 0.002
    while time.perf_counter() < until:
        pass
    return quick(event, context)
"""


def main(limit: int) -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "src").mkdir()
        (root / "src" / "app.py").write_text(CODE)
        (root / "template.yaml").write_text(TEMPLATE.replace("{common}", COMMON))
        catalogue = load_catalogue()
        application = load_application(root / "template.yaml", catalogue, {})
        config = RunConfig(source=root, out=root / "out", max_invocations=limit)
        shard = Shard(
            config=config,
            application=application,
            catalogue=catalogue,
            deadline=None,
            workers=1,
            done={},
            known={},
        )
        print(f"{'function':10} {'calls':>7} {'calls/s':>9} {'ours, ms/call':>14} {'share':>7}")
        told: set[str] = set()
        with Worker(shard, lambda _: None, lambda: False) as worker:
            # The first turn pays for what is imported and installed once; the second is told.
            for function in (*application.functions, *application.functions):
                probes = []
                opened = worker.opened

                def watched(f, opened=opened, probes=probes):  # type: ignore[no-untyped-def]
                    context = opened(f)
                    return _Watch(context, probes)

                worker.opened = watched  # type: ignore[method-assign]
                started = time.perf_counter()
                worker.run(function, 1)
                wall = time.perf_counter() - started
                worker.opened = opened  # type: ignore[method-assign]
                probe = probes[0]
                own = probe.function_ms / 1000
                if function.name not in told:
                    told.add(function.name)
                    continue
                print(
                    f"{function.name:10} {probe.invocations:7} {probe.invocations / wall:9.0f} "
                    f"{(wall - own) * 1000 / probe.invocations:14.3f} {(wall - own) / wall:7.0%}"
                )


class _Watch:
    """Passes a context manager through and keeps the probe that it gave."""

    def __init__(self, context, probes):  # type: ignore[no-untyped-def]
        self._context, self._probes = context, probes

    def __enter__(self):  # type: ignore[no-untyped-def]
        given = self._context.__enter__()
        self._probes.append(given[0])
        return given

    def __exit__(self, *details):  # type: ignore[no-untyped-def]
        return self._context.__exit__(*details)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
