"""faasfuzz against tools that find the same flaws by HTTP, on the same functions in the same run.

    .venv/bin/python benchmarks/peers.py [--rule ID ...] [--corpus NAME ...] [--peer-seconds N]

The pairs of tests/corpus whose trigger is an HTTP API. The peers (see peer_tools.py) reach them by
`faasfuzz serve --http`, and are told the request that faasfuzz learnt of each function. Found is
what a tool says of the vulnerable function, a false alarm what it says of the twin. faasfuzz counts
as `run --rule` does, `confirmed` and `likely`, with its learning and start in its seconds. Requests
are calls of the function: a peer stops at the first flaw, faasfuzz goes on to the end of its plan,
so it also says after how many, those for learning among them, it had found each (the median). A "-"
stands where a peer does not claim to find the rule.
"""

import argparse
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from detection import run  # noqa: E402
from peer_tools import PEERS, Work  # noqa: E402

from harness.campaign.config import RunConfig  # noqa: E402
from harness.campaign.learning import Learner  # noqa: E402
from harness.campaign.worker import Worker  # noqa: E402
from harness.campaign.workplace import Catalogue, Workplace  # noqa: E402
from harness.cli.loading import load_application, load_catalogue  # noqa: E402
from harness.events.arm import arm_control  # noqa: E402
from harness.events.seed import Seed, make_seed  # noqa: E402
from harness.events.shapes.guess import with_paths  # noqa: E402
from harness.events.shapes.source import constants, paths  # noqa: E402
from harness.model import Function  # noqa: E402
from harness.serve.front import OWN  # noqa: E402
from harness.targets.http.kinds import doors  # noqa: E402
from harness.targets.http.request import HttpRequest, Unsendable, request_of  # noqa: E402
from tests.corpus.loading import cases, template  # noqa: E402
from tests.e2e import test_corpus_node as node  # noqa: E402
from tests.integration.served import Served, served  # noqa: E402

CORPORA = ("pairs", "rules", "filters", "node")
_TIMEOUT = 30
HTTP = frozenset({"Api", "HttpApi"})
RULES = (
    "sql-injection", "os-command-injection", "path-traversal", "xss", "open-redirect",
    "ldap-injection", "xxe", "ssti", "unhandled-exception",
)  # fmt: skip


@dataclass(slots=True)
class Score:
    """What a tool said of one rule's functions."""

    found: int = 0
    alarms: int = 0
    functions: int = 0
    seconds: float = 0.0
    requests: int = 0
    missed: list[str] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)

    def cells(self) -> str:
        if not self.functions:
            return f"{'-':>7} {'-':>6} {'-':>7} {'-':>8}"
        pairs, each = self.functions // 2, self.functions
        return (
            f"{self.found / pairs:7.0%} {self.alarms:6} {self.seconds / each:7.1f} "
            f"{self.requests / each:8.0f}"
        )


def pairs(rule: str, corpora: Sequence[str]) -> dict[str, Any]:
    """A template with the HTTP pairs of a rule."""
    whole: dict[str, Any] = {}
    chosen: dict[str, Any] = {}
    for corpus in corpora:
        place = "" if corpus == "pairs" else corpus
        listed = node.CASES if corpus == "node" else cases(place)
        declared = node.template() if corpus == "node" else template(place)
        names = [
            case["name"]
            for case in listed
            if case["rule"] == rule and any(e["Type"] in HTTP for e in case["events"].values())
        ]
        whole.update({"Transform": declared["Transform"]})
        for name, resource in declared["Resources"].items():
            if resource["Type"] != "AWS::Serverless::Function":
                whole.setdefault("Resources", {})[name] = resource
        for name in names:
            for function in (name, name + "Twin"):
                chosen[function] = declared["Resources"][function]
                # Peers wait for five seconds and more; within the limit they would see a failure.
                chosen[function]["Properties"]["Timeout"] = _TIMEOUT
    return {**whole, "Resources": {**whole["Resources"], **chosen}}


@contextmanager
def learning(source: Path, out: Path) -> Iterator[Worker]:
    """A worker on the application, as a campaign has it."""
    catalogue = load_catalogue()
    workplace = Workplace(
        config=RunConfig(source=source, out=out, seed=7),
        application=load_application(source, catalogue, {}),
        catalogue=Catalogue(templates=catalogue.templates, payloads=(), rules={}),
    )
    with Worker(workplace) as worker:
        yield worker


def learnt(worker: Worker, function: Function) -> Seed:
    """The event that leads the handler furthest, without the fields that it does not read."""
    trigger = function.triggers[0]
    seed = make_seed(doors()[trigger.template].template, trigger, function)
    code = function.code
    assert code is not None
    with worker.opened(function) as (probe, _):
        learner = Learner(
            lambda seed: probe.observe(arm_control(seed, ()), learn=True),
            constants(code, function.handler),
        )
        found = learner.learn(seed, with_paths(seed, paths(code, function.handler)))
    best = max(found, key=lambda one: (one.standing, len(one.reach)))
    return bare(best.seed, best.read)


def bare(seed: Seed, read: frozenset[str]) -> Seed:
    """The seed's event with only those parameters, cookies and fields of a body that were read."""
    event = json.loads(json.dumps(seed.event))
    text = "\n".join((*sorted(read), ""))

    def kept(given: dict[str, Any], *places: str) -> dict[str, Any]:
        return {
            key: value
            for key, value in given.items()
            if any(f"{place}/{key}{end}" in text for place in places for end in "/!\n")
        }

    queries = ("/queryStringParameters", "/multiValueQueryStringParameters", "!query")
    for name in ("queryStringParameters", "multiValueQueryStringParameters"):
        if event.get(name):
            event[name] = kept(event[name], *queries)
    event.pop("rawQueryString", None)
    if "cookie" not in text:
        event.pop("cookies", None)
    if "/body" not in text:
        event["body"] = None
    try:
        body = json.loads(event.get("body") or "null")
    except ValueError:
        body = None
    if isinstance(body, dict):
        event["body"] = json.dumps(kept(body, "/body!json", "/body!base64!json"))
    return replace(seed, event=event)


def requested(seed: Seed) -> HttpRequest:
    door = doors()[seed.trigger.template]
    return request_of(door, seed.trigger.facts, seed.event)


def ours(rule: str, source: Path, folder: Path, seconds: float, names: Sequence[str]) -> Score:
    start = time.monotonic()
    told = run(source, folder / "ours", seconds, 1, tuple(names), (rule,))
    score = Score(functions=len(names), seconds=time.monotonic() - start)
    score.requests = sum(function["invocations"] for function in told["functions"])
    firsts: dict[str, int] = {}
    for finding in told["findings"]:
        if finding["rule"] == rule and finding["confidence"] != "tentative":
            spent, name = finding["invocations_to_detect"], finding["function"]
            firsts[name] = min(firsts.get(name, spent), spent)
    said = set(firsts)
    score.firsts = list(firsts.values())
    score.found = sum(name in said for name in names if not name.endswith("Twin"))
    score.alarms = sum(name in said for name in names if name.endswith("Twin"))
    score.missed = [n for n in names if n not in said and not n.endswith("Twin")]
    return score


def theirs(
    rule: str,
    peers: Sequence[str],
    server: Served,
    seeds: dict[str, Seed],
    folder: Path,
    seconds: float,
) -> dict[str, Score]:
    scores: dict[str, Score] = defaultdict(Score)
    for peer in PEERS:
        if peer.name not in peers or (peer.rules and rule not in peer.rules):
            continue
        executable, score = peer.command(), scores[peer.name]
        for name, seed in seeds.items():
            place = folder / peer.name / name
            place.mkdir(parents=True)
            before, start = _calls(server), time.monotonic()
            try:
                request = requested(seed)
            except Unsendable as error:
                sys.exit(f"{name}: no request makes its event: {error}")
            said = peer.run(
                executable,
                Work(
                    rule=rule,
                    request=request,
                    base=f"{server.http}{OWN}{name}",
                    route=seed.trigger.facts["path"],
                    parameters=seed.event.get("pathParameters") or {},
                    folder=place,
                    seconds=seconds,
                ),
            )
            score.functions += 1
            score.seconds += time.monotonic() - start
            score.requests += _calls(server) - before
            if name.endswith("Twin"):
                score.alarms += said
            else:
                score.found += said
                score.missed += [] if said else [name]
            print(f"  {peer.name} {name}: {'found' if said else 'silent'}", file=sys.stderr)
    return scores


def _calls(server: Served) -> int:
    return server.log.read_text(errors="replace").count("START RequestId")


def compared(
    rule: str,
    corpora: Sequence[str],
    peers: Sequence[str],
    seconds: float,
    peer_seconds: float,
) -> None:
    with TemporaryDirectory(prefix="peers") as name:
        folder = Path(name)
        source = folder / "template.json"
        declared = pairs(rule, corpora)
        source.write_text(json.dumps(declared))
        names = [
            name
            for name, resource in declared["Resources"].items()
            if resource["Type"] == "AWS::Serverless::Function"
        ]
        if not names:
            return
        scores = {"faasfuzz": ours(rule, source, folder, seconds, names)}
        catalogue = load_catalogue()
        application = load_application(source, catalogue, {})
        with learning(source, folder / "learnt") as worker:
            seeds = {f.name: learnt(worker, f) for f in application.functions}
        with served(folder, "--http", "--http-port", "0", "--queue", "1000") as server:
            scores |= theirs(rule, peers, server, seeds, folder, peer_seconds)
    print(f"{rule} ({len(names) // 2} pairs)")
    for tool in ("faasfuzz", *peers):
        score = scores.get(tool, Score())
        missed = f"  missed: {', '.join(score.missed)}" if score.missed else ""
        first = f"  found after {median(score.firsts):.0f}" if score.firsts else ""
        print(f"  {tool:14} {score.cells()}{first}{missed}", flush=True)


def main(
    rules: Sequence[str],
    corpora: Sequence[str] = CORPORA,
    peers: Sequence[str] = tuple(peer.name for peer in PEERS),
    seconds: float = 240.0,
    peer_seconds: float = 60.0,
) -> None:
    """Print the comparison: a block for each rule, a line for each tool."""
    print(f"{'':16} {'recall':>7} {'alarms':>6} {'seconds':>7} {'requests':>8}  (per function)")
    for rule in rules:
        compared(rule, corpora, peers, seconds, peer_seconds)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rule", nargs="*", choices=RULES, default=RULES)
    parser.add_argument("--corpus", nargs="*", choices=CORPORA, default=CORPORA)
    names = [peer.name for peer in PEERS]
    parser.add_argument("--peer", nargs="*", choices=names, default=names)
    parser.add_argument("--seconds", type=float, default=240.0, help="of faasfuzz for each rule")
    parser.add_argument("--peer-seconds", type=float, default=60.0, help="of a peer per function")
    given = parser.parse_args()
    main(given.rule, given.corpus, given.peer, given.seconds, given.peer_seconds)
