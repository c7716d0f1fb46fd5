"""What only a delay can show: real functions that swallow everything, without sensors."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
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
from tests.integration.databases import mariadb, postgresql

SERVED = Path(__file__).parents[2] / "corpus" / "databases" / "src"
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
def confirming(
    folder: Path, handler: str, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[Probe, Confirmer, Function]]:
    function = Function(
        name="F", runtime="python3.11", handler=handler, code=folder, timeout=4, memory=256
    )
    listener, numbers = Listener(), itertools.count()
    listener.start()
    with LocalTarget(function, environment=environment or {}, sensors=False) as target:
        probe = Probe(target, NoCloud(None), listener, DecoyFiles(folder))
        confirmer = Confirmer(
            probe, (TimingOracle(),), lambda: Canary.make(1, next(numbers)), frozenset()
        )
        yield probe, confirmer, function
    listener.stop()


def confirmed(
    payload: str,
    place: str,
    confirming: tuple[Probe, Confirmer, Function],
    **event: object,
) -> tuple[bool, bool]:
    """Whether one delay at a place of an HTTP event is suspected, and confirmed.

    `event` is what a campaign would have learnt that the handler needs.
    """
    probe, confirmer, function = confirming
    chosen = next(p for p in load_payloads(data_folder("payloads")) if p.id == payload)
    trigger = Trigger(template="aws.apigateway.http")
    seed = make_seed(doors()[trigger.template].template, trigger, function)
    seed = replace(seed, event={**seed.event, **event})
    canary = Canary.make(2, 1)
    point = InsertionPoint(address=Address.parse(place))
    trial = make_trial(seed, point, chosen, canary, probe.facts(canary))
    invocation = arm(seed, [trial])
    seen = probe.observe(invocation)
    rules = frozenset({"sql-injection"})
    suspected = judge((TimingOracle(),), invocation, seen, seen, rules=rules)
    for verdict in suspected:
        told = confirmer.confirm(seed, verdict, again=trial)
        if told is not None:
            assert told.confidence is Confidence.CONFIRMED
            assert "ms longer when told to wait" in told.verdict.witness.seen
            return True, True
    return bool(suspected), False


@pytest.mark.parametrize(("handler", "found"), [("count", True), ("bound", False), ("slow", False)])
def test_a_delay_is_confirmed_where_the_statement_waits(
    tmp_path: Path, handler: str, found: bool
) -> None:
    (tmp_path / "app.py").write_text(CODE)
    with confirming(tmp_path, f"app.{handler}") as opened:
        payload, place = "sql-injection.delays.mysql-text", "/queryStringParameters/q"
        assert confirmed(payload, place, opened) == (handler != "bound", found)


@pytest.mark.parametrize(("handler", "found"), [("vulnerable", True), ("safe", False)])
def test_postgresql_waits(handler: str, found: bool) -> None:
    payload, place = "sql-injection.delays.postgresql-text", "/queryStringParameters/title"
    with (
        postgresql() as url,
        confirming(SERVED, f"searching.{handler}", {"POSTGRES": url}) as opened,
    ):
        assert confirmed(payload, place, opened) == (found, found)


@pytest.mark.parametrize(("handler", "found"), [("vulnerable", True), ("safe", False)])
def test_mariadb_waits(handler: str, found: bool) -> None:
    payload, place = "sql-injection.delays.mysql-number", "/pathParameters/number"
    with (
        mariadb() as port,
        confirming(SERVED, f"pooling.{handler}", {"MARIADB": str(port)}) as opened,
    ):
        seen = confirmed(payload, place, opened, pathParameters={"number": "1"})
        assert seen == (found, found)
