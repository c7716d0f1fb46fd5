"""Decoy files and credentials."""

import stat
from pathlib import Path
from random import Random

from harness.model import Canary
from harness.observers.decoys import DecoyFiles, make_decoys


def test_a_planted_file_holds_what_is_never_sent(tmp_path: Path) -> None:
    files, canary = DecoyFiles(tmp_path), Canary.make(1, 1)
    files.plant(canary)
    assert Path(files.path(canary)).read_text() == canary.planted
    assert stat.S_IMODE(files.folder.stat().st_mode) == 0o755


def test_a_removed_file_is_gone_and_removing_twice_is_fine(tmp_path: Path) -> None:
    files, canary = DecoyFiles(tmp_path), Canary.make(1, 1)
    files.plant(canary)
    files.remove(canary)
    files.remove(canary)
    assert not Path(files.path(canary)).exists()


def test_clearing_removes_what_a_function_left_there_too(tmp_path: Path) -> None:
    files = DecoyFiles(tmp_path)
    files.plant(Canary.make(1, 1))
    (files.folder / "left").mkdir()
    files.clear()
    assert not files.folder.exists()
    files.clear()


def test_two_folders_have_different_names(tmp_path: Path) -> None:
    assert DecoyFiles(tmp_path).folder != DecoyFiles(tmp_path).folder


def test_decoy_credentials_follow_from_the_seed_and_have_the_real_form() -> None:
    decoys = make_decoys(Random(7))
    assert decoys == make_decoys(Random(7)) != make_decoys(Random(8))
    assert len(decoys["AWS_ACCESS_KEY_ID"]) == 20
    assert len(decoys["AWS_SECRET_ACCESS_KEY"]) == 40
