"""What loading made is kept, and never believed when a file changed."""

from pathlib import Path

import pytest

from harness.catalogue.kept import kept
from harness.catalogue.payloads import load_payloads
from harness.errors import UsageError

PAYLOAD = """
rule: sql-injection
payloads:
  - {id: sql-injection.one, context: sql, template: "'", control: "x"}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "payloads"
    folder.mkdir()
    (folder / "own.yaml").write_text(PAYLOAD)
    return folder


def pickles(folder: Path) -> list[Path]:
    return sorted((folder.parent / "cache" / "faasfuzz" / "catalogue").iterdir())


def test_what_was_kept_is_what_loading_makes(folder: Path) -> None:
    first = kept(load_payloads, folder)
    assert first == load_payloads(folder)

    def load_again(*_: Path) -> None:
        raise AssertionError("it was loaded though nothing changed")

    load_again.__name__ = load_payloads.__name__
    assert kept(load_again, folder) == first


def test_a_changed_or_added_file_is_read_and_replaces_what_was_kept(folder: Path) -> None:
    kept(load_payloads, folder)
    (folder / "own.yaml").write_text(PAYLOAD.replace("sql-injection.one", "sql-injection.other"))
    assert [p.id for p in kept(load_payloads, folder)] == ["sql-injection.other"]
    (folder / "more.yaml").write_text(PAYLOAD)
    assert len(kept(load_payloads, folder)) == 2
    assert len(pickles(folder)) == 1


@pytest.mark.parametrize("content", [b"", b"no pickle", None], ids=["empty", "other", "cut"])
def test_a_broken_file_is_made_anew(folder: Path, content: bytes | None) -> None:
    first = kept(load_payloads, folder)
    (file,) = pickles(folder)
    file.write_bytes(file.read_bytes()[:-9] if content is None else content)
    assert kept(load_payloads, folder) == first


def test_mistakes_are_told_each_time(folder: Path) -> None:
    (folder / "own.yaml").write_text(PAYLOAD + "surplus: 1\n")
    for _ in range(2):
        with pytest.raises(UsageError, match="surplus"):
            kept(load_payloads, folder)


def test_it_is_loaded_where_nothing_can_be_kept(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.parent / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder.parent / "file"))
    assert [p.id for p in kept(load_payloads, folder)] == ["sql-injection.one"]
