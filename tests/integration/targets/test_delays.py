"""What only a delay can show: real functions that swallow everything, without sensors."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from harness.campaign.confirm import Confirmer
from harness.campaign.judge import judge
from harness.campaign.probe import Probe
from harness.catalogue.paths import data_folder
from harness.catalogue.payloads import load_payloads
from harness.events.arm import arm, make_trial
from harness.events.seed import make_seed
from harness.model import Address, Canary, Confidence, Function, InsertionPoint, Trigger
from harness.observers.absent import NoCloud
from harness.observers.decoys import DecoyFiles
from harness.observers.listener import Listener
from harness.oracles.timing import TimingOracle
from harness.targets.http.kinds import doors
from harness.targets.local import LocalTarget

# SQLite has no function that waits; MySQL has this one.
CODE = """
import random, sqlite3, time

db = sqlite3.connect(":memory:")
db.create_function("SLEEP", 1, lambda seconds: time.sleep(float(seconds)) or 0)
db.execute("create table visit (page text)")
db.execute("insert into visit values ('sample')")

def asked(event):
    return event["queryStringParameters"]["q"]

def counted(*query):
    try:
        db.execute(*query).fetchall()
    except (sqlite3.Error, UnicodeError):
        pass
    return {"statusCode": 204}

def count(event, context):
    return counted(f"select 1 from visit where page = '{asked(event)}'")

def bound(event, context):
    time.sleep(random.random() / 20)
    return counted("select 1 from visit where page = ?", (asked(event),))

def slow(event, context):
    time.sleep(0.8)
"""


@contextmanager
def confirming(folder: Path, handler: str) -> Iterator[tuple[Probe, Confirmer, Function]]:
    (folder / "app.py").write_text(CODE)
    function = Function(
        name="F", runtime="python3.11", handler=f"app.{handler}", code=folder, timeout=4, memory=256
    )
    listener, numbers = Listener(), itertools.count()
    listener.start()
    with LocalTarget(function, environment={}, sensors=False) as target:
        probe = Probe(target, NoCloud(None), listener, DecoyFiles(folder))
        confirmer = Confirmer(
            probe, (TimingOracle(),), lambda: Canary.make(1, next(numbers)), frozenset()
        )
        yield probe, confirmer, function
    listener.stop()


@pytest.mark.parametrize(("handler", "found"), [("count", True), ("bound", False), ("slow", False)])
def test_a_delay_is_confirmed_where_the_statement_waits(
    tmp_path: Path, handler: str, found: bool
) -> None:
    payload = next(
        p
        for p in load_payloads(data_folder("payloads"))
        if p.id == "sql-injection.delays.mysql-text"
    )
    with confirming(tmp_path, handler) as (probe, confirmer, function):
        trigger = Trigger(template="aws.apigateway.http")
        seed = make_seed(doors()[trigger.template].template, trigger, function)
        point = InsertionPoint(address=Address.parse("/queryStringParameters/q"))
        canary = Canary.make(2, 1)
        trial = make_trial(seed, point, payload, canary, probe.facts(canary))
        invocation = arm(seed, [trial])
        seen = probe.observe(invocation)
        suspected = judge(
            (TimingOracle(),), invocation, seen, seen, rules=frozenset({"sql-injection"})
        )
        assert bool(suspected) == (handler != "bound")
        for verdict in suspected:
            confirmed = confirmer.confirm(seed, verdict, again=trial)
            assert (confirmed is not None) == found
            if confirmed is not None:
                assert confirmed.confidence is Confidence.CONFIRMED
                assert "ms longer when told to wait" in confirmed.verdict.witness.seen
