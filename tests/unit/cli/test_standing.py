"""How far a campaign is, in one line."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from harness.campaign.account import Account
from harness.campaign.jobs import Phase
from harness.campaign.moments import CampaignStarted, Checkpoint, FindingConfirmed
from harness.cli import progress
from harness.cli.progress import Teller
from harness.cli.standing import Standing, clock_time
from harness.model import Application, Function
from tests.unit.campaign.test_campaign_parts import finding


class Clock:
    """A clock that is set by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def begun(tmp_path: Path) -> CampaignStarted:
    (tmp_path / "app.py").write_text(
        "def handler(e, c):\n    if e:\n        return 1\n    return 2\n"
    )
    functions = tuple(
        Function(name=name, runtime="python3.11", handler="app.handler", code=tmp_path)
        for name in ("A", "B")
    )
    application = Application(name="shop", source=tmp_path, functions=functions)
    return CampaignStarted(id="c", application=application, functions=("A", "B"))


def at(function: str, phase: Phase, trials: int, left: int) -> Checkpoint:
    account = Account(
        phase=phase,
        invocations=trials // 2,
        trials={"ssrf": trials},
        left={"ssrf": left},
        lines={"app.py": (1, 2, 3)},
    )
    return Checkpoint(job=f"{function}|{phase}", function=function, account=account)


def test_it_tells_rates_coverage_and_the_time_that_is_left(tmp_path: Path) -> None:
    clock = Clock()
    standing = Standing(clock=clock)
    standing.started(begun(tmp_path))
    assert "left" not in standing.told()
    clock.now = 10
    standing.checkpoint(at("A", Phase.QUICK, 100, 300))
    # A has 300 trials before it, and B as many as A has in all: 700 at 10 a second.
    assert standing.told() == ("50 calls (5/s), 100 trials (10/s), 75 % of lines, about 1:10 left")
    clock.now = 40
    standing.checkpoint(at("A", Phase.FULL, 300, 0))
    assert standing.left() == pytest.approx(40)


def test_a_limit_bounds_the_time_that_is_left(tmp_path: Path) -> None:
    clock = Clock()
    standing = Standing(limit=90, clock=clock)
    standing.started(begun(tmp_path))
    clock.now = 25
    assert standing.told().endswith("at most 1:05 left")
    clock.now = 100
    assert standing.told().endswith("at most 0:00 left")


@pytest.mark.parametrize(("seconds", "told"), [(0, "0:00"), (65, "1:05"), (3723, "1:02:03")])
def test_times_read_as_on_a_clock(seconds: float, told: str) -> None:
    assert clock_time(seconds) == told


def test_a_log_gets_plain_lines_and_a_pulse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "_PULSE", 0.0)
    with Teller(quiet=False, live=True) as teller:
        teller.listen(begun(tmp_path))
        teller.listen(at("A", Phase.QUICK, 10, 5))
        teller.listen(FindingConfirmed(finding=finding(function="\x1b[2JA[red]", sink=None)))
        teller.listen(FindingConfirmed(finding=finding(id="p" * 16, insertion_point="")))
    told = capsys.readouterr().err
    assert "\x1b" not in told
    lines = told.splitlines()
    assert "10 trials (" in lines[1]
    assert "% of lines" in lines[1]
    assert "in \\x1b[2JA[red] by /queryStringParameters/q" in lines[2]
    assert "in Search at app.py:7" in lines[3]


def test_a_terminal_gets_a_bar_with_the_same_words(tmp_path: Path) -> None:
    teller = Teller(quiet=False, live=True)
    screen = io.StringIO()
    teller._console = Console(file=screen, force_terminal=True, width=200)
    teller._bar.live.console = teller._console
    teller._bar.disable = False
    teller._live = True
    with teller:
        teller.listen(begun(tmp_path))
        teller.listen(at("A", Phase.QUICK, 10, 5))
        teller._bar.refresh()
    assert "0/2 functions" in screen.getvalue()
    assert "5 calls (" in screen.getvalue()
