"""`faasfuzz init`: a commented faasfuzz.toml, after a look at the project."""

import json
import textwrap
from dataclasses import dataclass
from pathlib import Path

import click

from harness.cli.loading import load_application, load_catalogue
from harness.cli.run import run
from harness.discovery import SOURCES, declares
from harness.errors import FaasfuzzError, UsageError
from harness.model import Application

_FILE = "faasfuzz.toml"
_BASELINE = "faasfuzz-baseline.yaml"
_WIDTH = 96
# What belongs to one call and not to a project.
_LEFT_OUT = frozenset(
    {"source", "config", "resume", "seed", "out", "quiet", "no_progress", "target_option"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found in a project: the source, the application in it, or why it was not read."""

    source: Path | None
    application: Application | None
    problem: str = ""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option("--force", is_flag=True, help="Write over a faasfuzz.toml that is there.")
def init(folder: Path, force: bool) -> None:
    """Look at the project in FOLDER [default: here] and write a commented faasfuzz.toml."""
    if not folder.is_dir():
        raise UsageError("no such folder", path=folder, mend="name the project's folder")
    path = folder / _FILE
    if path.exists() and not force:
        raise UsageError("there is one already", path=path, mend="--force writes over it")
    found = look(folder)
    try:
        path.write_text(settings_text(folder, found), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write here ({error.strerror})", path=path) from error
    click.echo(f"wrote {path}")
    if found.source is None:
        names = dict.fromkeys(name for reader in SOURCES for name in reader.names)
        click.echo(f"nothing that declares functions is here; known are {', '.join(names)}")
        return
    if found.application is not None:
        functions = found.application.functions
        triggers = {trigger.template for f in functions for trigger in f.triggers}
        click.echo(f"{found.source}: {len(functions)} functions, {len(triggers)} kinds of triggers")
    if found.problem:
        click.echo(f"not read: {found.problem}")
    click.echo(f"next: faasfuzz discover {found.source}")
    click.echo(f"      faasfuzz run {found.source}")


def look(folder: Path) -> Found:
    """The first source in the folder or right below it that can be read with functions in it."""
    below = sorted(p for p in folder.iterdir() if p.is_dir() and p.name[0] != ".")
    places = [place for place in (folder, *below) if declares(place)]
    problem = ""
    for place in places:
        try:
            application = load_application(place, load_catalogue(), {})
        except FaasfuzzError as error:
            problem = problem or str(error)
            continue
        if application.functions:
            return Found(source=_named(application.source, folder), application=application)
    return Found(source=places[0] if places else None, application=None, problem=problem)


def _named(source: Path, folder: Path) -> Path:
    """The source as somebody in the folder's place would write it."""
    inside = source.resolve().is_relative_to(folder.resolve())
    return folder / source.resolve().relative_to(folder.resolve()) if inside else source


def settings_text(folder: Path, found: Found) -> str:
    """A settings file in which every option stands, those that the project gives a value set."""
    values: dict[str, object] = {}
    if (folder / _BASELINE).is_file():
        values["baseline"] = _BASELINE
    for name, place in (("payloads", "faasfuzz/payloads"), ("templates", "faasfuzz/templates")):
        if (folder / place).is_dir():
            values[name] = place
    lines = [
        "# Options of `faasfuzz run`; the command line wins over them.",
        "# A name is the option's with underscores; several values are a list.",
    ]
    if found.source is not None:
        lines += ["#", f"# faasfuzz run {found.source} tests:"]
        lines += [f"#   {line}" for line in _functions(found)]
    for option in run.params:
        if option.name is None or option.name in _LEFT_OUT or not isinstance(option, click.Option):
            continue
        lines += ["", *_comment(option), _line(option, values)]
    return "\n".join(lines) + "\n"


def _functions(found: Found) -> list[str]:
    if found.application is None:
        return [_plain(found.problem)]
    told = [
        f"{f.name} ({f.runtime or f.package}): "
        + (", ".join(dict.fromkeys(t.template for t in f.triggers)) or "direct invocation")
        for f in found.application.functions
    ]
    return [_plain(line) for line in told[:50]] + ["..."] * (len(told) > 50)


def _comment(option: click.Option) -> list[str]:
    words = option.help or ""
    if isinstance(option.type, click.Choice):
        words = f"{words} One of {', '.join(map(str, option.type.choices))}.".strip()
    if option.multiple:
        words = f"{words} A list."
    return [f"# {line}" for line in textwrap.wrap(words, _WIDTH)]


def _line(option: click.Option, values: dict[str, object]) -> str:
    """The option's line, commented out unless the project gives it a value."""
    assert option.name is not None
    if option.name in values:
        return f"{option.name} = {json.dumps(values[option.name])}"
    if option.multiple:
        return f"# {option.name} = []"
    default = option.default
    if isinstance(default, (str, int, float)) and not isinstance(default, bool) and default != "":
        return f"# {option.name} = {json.dumps(default)}"
    return f"# {option.name} = {_example(option)}"


def _example(option: click.Option) -> str:
    """A value of the right kind, from the option's placeholder."""
    if isinstance(option.type, (click.IntRange, click.types.IntParamType)):
        return "1000" if "invocations" in (option.name or "") else "2"
    if option.is_flag:
        return "true"
    if isinstance(option.type, (click.FloatRange, click.types.FloatParamType)):
        return "1.0"
    if isinstance(option.type, click.Choice):
        return json.dumps(str(option.type.choices[0]))
    return json.dumps(option.metavar or str(option.name))


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)
