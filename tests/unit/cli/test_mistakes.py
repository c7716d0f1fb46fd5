"""Mistakes in calls of the commands that read and write what a campaign left."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli.main import cli
from harness.errors import UsageError
from tests.unit.cli.makers import stored


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    stored(tmp_path / "c")
    (tmp_path / "file").write_text("not a baseline")
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "gone"),
        ("export", "c", "--finding", "ffff"),
        ("export", "file"),
        ("report", "c", "--baseline", "gone.yaml"),
        ("report", "c", "--baseline", "file"),
        ("report", "c", "--format", "pdf"),
        ("review", "gone"),
        ("review", "c", "--baseline", "file"),
        ("trend", "gone"),
        ("trend", "file"),
        ("init", "gone"),
        ("init", "file"),
    ],
)
def test_a_mistake_is_an_error_of_one_line(
    campaign: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(campaign)
    ran = CliRunner().invoke(cli, arguments)
    assert isinstance(ran.exception, UsageError), ran.exception
    assert len(str(ran.exception).splitlines()) == 1


def test_a_port_that_is_taken_is_told(campaign: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(campaign)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ran = CliRunner().invoke(cli, ("review", "c", "--port", port))
    assert isinstance(ran.exception, UsageError), ran.exception
    assert port in str(ran.exception)
