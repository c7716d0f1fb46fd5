"""What the Docker target is asked for, before any container is."""

from pathlib import Path
from typing import Any

import pytest

from harness.errors import TargetError, UsageError
from harness.model import Application
from harness.targets.base import Setup
from harness.targets.docker import PROVIDER
from harness.targets.docker.engine import connect


@pytest.mark.parametrize("host", ["tcp://127.0.0.1:9", "unix:///nowhere/docker.sock"])
def test_without_an_engine_one_line_says_how_to_get_one(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    with pytest.raises(TargetError, match=f"no Docker engine answers at {host} .*; start one"):
        connect()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"imag": "x"}, "no option 'imag'; it has image, network, pull"),
        ({"pull": "sometimes"}, "pull is 'sometimes'; write one of missing, always, never"),
        ({"network": 7}, "network is 7"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], reason: str, tmp_path: Path) -> None:
    application = Application(name="a", source=tmp_path, functions=())
    with pytest.raises(UsageError, match=reason):
        PROVIDER.check(Setup(application=application, options=options))
