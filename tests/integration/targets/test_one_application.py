"""One application, one campaign, four ways of invoking: the same findings, and who saw them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.campaigns import findings_of
from tests.integration.apps import echo
from tests.integration.aws.account import ACCOUNT, KEYS, REGION, Account, account

# What does not see a shell start must see what it answered. Sensors take calls for learning shapes.
ASKED = {"rules": ("os-command-injection",), "workers": 1, "max_invocations": 200}
SLOW = {**ASKED, "max_invocations": 25}
SENSORLESS = {"sensors", "coverage", "cpu"}


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return echo(tmp_path_factory.mktemp("application"))


@pytest.fixture(scope="module")
def local(application: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The campaign that the others are held against."""
    return findings_of(application, tmp_path_factory.mktemp("local"), **ASKED)


def shown(told: dict[str, Any]) -> list[tuple[str, ...]]:
    """What a finding is, wherever it was found: where it came in, and how sure it is."""
    assert all(function["tested"] for function in told["functions"]), told["functions"]
    names = ("rule", "function", "trigger", "insertion_point", "confidence")
    return [tuple(finding[name] for name in names) for finding in told["findings"]]


def test_the_local_campaign_finds_it_with_every_observer(local: dict[str, Any]) -> None:
    assert [(f["function"], f["confidence"]) for f in local["findings"]] == [
        ("Search", "confirmed")
    ]
    assert local["campaign"]["blind"] == []


def test_containers_give_the_same(
    base: str, application: Path, local: dict[str, Any], tmp_path: Path
) -> None:
    option = (f"image={base}",)
    told = findings_of(application, tmp_path, target="docker", target_option=option, **ASKED)
    assert shown(told) == shown(local)
    assert told["findings"][0]["sink"] == local["findings"][0]["sink"]
    assert told["campaign"]["blind"] == ["coverage"]


def test_sam_local_start_lambda_gives_the_same(
    sam_base: str, application: Path, local: dict[str, Any], tmp_path: Path
) -> None:
    option = (f"image={sam_base}",)
    told = findings_of(application, tmp_path, target="sam", target_option=option, **SLOW)
    assert shown(told) == shown(local)
    assert set(told["campaign"]["blind"]) == SENSORLESS | {"memory", "files"}


@pytest.fixture
def deployed(
    application: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Account]:
    """The application in an account, behind a Lambda Invoke endpoint of our own."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name.upper(), value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with account(tmp_path_factory.mktemp("account")) as made:
        for name, file in (("Search", "app.py"), ("SearchSafe", "safe.py")):
            made.function(name, (application / "src" / file).read_text())
        yield made


def test_the_invoke_endpoint_gives_the_same(
    deployed: Account, application: Path, local: dict[str, Any], tmp_path: Path
) -> None:
    scope = {
        "account": ACCOUNT,
        "region": REGION,
        "functions": ["Search*"],
        "i_may_test_this": True,
        "endpoint_url": deployed.url,
        "calls_per_second": 1000,
    }
    told = findings_of(application, tmp_path, target="aws", tables={"aws": scope}, **SLOW)
    assert shown(told) == shown(local)
    assert set(told["campaign"]["blind"]) == SENSORLESS | {"cloud", "callbacks", "files", "fresh"}
