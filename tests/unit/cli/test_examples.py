"""The help teaches by example: each command has some, and each example is a call that is right."""

import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from harness.cli.examples import EXAMPLES
from harness.cli.main import cli


def commands(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command below the first one, by its words."""
    if name:
        yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            assert found is not None
            yield from commands(found, f"{name} {child}".strip())


ALL = dict(commands(cli))


def test_every_command_has_examples_in_its_help() -> None:
    assert set(EXAMPLES) == set(ALL)
    for name in ALL:
        told = CliRunner().invoke(cli, [*name.split(), "--help"]).output
        assert EXAMPLES[name], name
        for line in EXAMPLES[name]:
            assert f"\n    {line}\n" in told, (name, line)


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_every_example_is_a_call_that_is_right(line: str) -> None:
    words = shlex.split(line.split(" > ")[0])
    assert words[0] == "faasfuzz"
    name = max((n for n in ALL if line.startswith(f"faasfuzz {n}")), key=len)
    command, rest = ALL[name], words[1 + len(name.split()) :]
    command.make_context(name, rest)
    if name.endswith("show") or name == "event":
        assert CliRunner().invoke(cli, words[1:]).exit_code == 0


def test_the_list_of_commands_says_what_each_does() -> None:
    told = CliRunner().invoke(cli, ["--help"]).output
    for name in {name.split()[0] for name in ALL}:
        assert f"\n  {name} " in told
