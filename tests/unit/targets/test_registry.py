"""Each way of invoking keeps to the protocol, and is found by its file's name alone."""

import subprocess
import sys

import pytest

from harness.targets.base import OBSERVERS
from harness.targets.registry import names, provider


@pytest.mark.parametrize("name", names())
def test_a_provider_is_named_like_its_module_and_lacks_what_is_known(name: str) -> None:
    way = provider(name)
    assert way.name == name
    assert way.lacks <= OBSERVERS
    assert isinstance(way.secret, frozenset)
    assert isinstance(way.deployed, bool)


def test_there_is_no_other() -> None:
    assert "base" not in names()
    with pytest.raises(KeyError):
        provider("base")


def test_names_are_told_without_loading_a_target() -> None:
    code = (
        "import sys; from harness.targets.registry import names; names();"
        "print([m for m in sys.modules if m.startswith('harness.targets.')])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "['harness.targets.base', 'harness.targets.registry']"
