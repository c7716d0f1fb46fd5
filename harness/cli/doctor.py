"""`faasfuzz doctor`: what this machine offers, and how to mend what is missing."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import click

from harness.errors import TargetError
from harness.targets.local.interpreters import find_interpreter

_PYTHONS = ("python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14")


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked for: whether it is there, where or why not."""

    name: str
    there: bool
    told: str


def checks() -> Iterator[Check]:
    """Look for everything that a campaign can use."""
    for runtime in _PYTHONS:
        try:
            found = find_interpreter(runtime)
        except TargetError as error:
            yield Check(runtime, False, str(error))
        else:
            yield Check(runtime, True, str(found))
    for tool, mend in (
        ("node", "install Debian's nodejs; not needed for Python functions"),
        ("docker", "install Debian's docker.io; not needed for the local target"),
        ("bwrap", "install Debian's bubblewrap; not needed yet"),
    ):
        path = shutil.which(tool)
        yield Check(tool, path is not None, _version(path) if path else f"missing; {mend}")


@click.command()
def doctor() -> int:
    """Say what this machine offers (runtimes, node, docker, sandbox) and what is missing."""
    found = list(checks())
    for check in found:
        click.echo(f"{'ok     ' if check.there else 'missing'} {check.name}: {check.told}")
    return 0 if any(c.there and c.name.startswith("python") for c in found) else 3


def _version(path: str) -> str:
    try:
        told = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{path} (does not start: {error})"
    lines = (told.stdout or told.stderr).strip().splitlines()
    return f"{path} ({lines[0]})" if lines else path
