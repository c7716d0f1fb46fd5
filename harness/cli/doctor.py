"""`faasfuzz doctor`: what this machine offers, and how to mend what is missing."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import click

from harness.errors import TargetError
from harness.targets.docker import ownership as left_behind
from harness.targets.docker.engine import connect
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
        ("sam", "`pipx install aws-sam-cli`; only needed for --target sam"),
        ("bwrap", "install Debian's bubblewrap; not needed yet"),
    ):
        path = shutil.which(tool)
        yield Check(tool, path is not None, _version(path) if path else f"missing; {mend}")
    yield _engine()


@click.command()
@click.option(
    "--clean",
    is_flag=True,
    help="Remove the containers and networks of campaigns that were killed, and nothing else.",
)
def doctor(clean: bool) -> int:
    """Say what this machine offers (runtimes, node, docker, sandbox) and what is missing."""
    if clean:
        return _clean()
    found = list(checks())
    for check in found:
        click.echo(f"{'ok     ' if check.there else 'missing'} {check.name}: {check.told}")
    return 0 if any(c.there and c.name.startswith("python") for c in found) else 3


def _clean() -> int:
    try:
        with closing(connect()) as client:
            removed = left_behind.clean(client)
    except TargetError as error:
        click.echo(f"nothing was removed: {error}", err=True)
        return 3
    for name in removed:
        click.echo(f"removed {name}")
    if not removed:
        click.echo("nothing was left behind")
    return 0


def _engine() -> Check:
    """The Docker engine, of which the docker command is no part."""
    try:
        with closing(connect()) as client:
            told = client.version()
    except TargetError as error:
        return Check("docker", False, f"{error}; not needed for the local target")
    return Check("docker", True, f"engine {told['Version']}, {told['Os']}/{told['Arch']}")


def _version(path: str) -> str:
    try:
        told = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{path} (does not start: {error})"
    lines = (told.stdout or told.stderr).strip().splitlines()
    return f"{path} ({lines[0]})" if lines else path
