"""The share of public templates that are discovered, and what SAM's own translator finds in them.

    .venv/bin/python benchmarks/discovery.py FOLDER ...

Each file that a source recognises is discovered in a copy of its own, with every code folder that
it names made for it: public templates come without their code. What is refused is listed with the
reason. Templates of SAM are translated by aws-sam-translator too: `functions` compares the logical
ids of functions, `triggers` counts the functions to which the translator wires a trigger (a
permission to invoke, an event source mapping), and those of them for which we found one.
"""

import argparse
import json
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from shutil import copyfile, copytree
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samtranslator.public.exceptions import InvalidDocumentException  # noqa: E402
from samtranslator.translator.transform import transform  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402

from harness.catalogue.paths import data_folder  # noqa: E402
from harness.catalogue.templates import load_templates  # noqa: E402
from harness.discovery import SOURCES, discover  # noqa: E402
from harness.errors import UsageError  # noqa: E402
from harness.model import Application  # noqa: E402

_MISSING = re.compile(r"its (?:code folder|template|code) (\S+) is not there")
_ENDINGS = (".yaml", ".yml", ".json", ".template", ".py")
# A folder with as many files is no project of its own: only the template is copied.
_MANY = 200
# What refused a file that declares nothing of ours: a document of another kind, another platform.
_OTHERS = re.compile(
    r"there are no (Resources|functions) in it|a service on \w+ is not known"
    r"|not a template: a mapping is expected"
)
# What a file of YAML or JSON has that declares functions.
_DECLARES = re.compile(r"^\s*\"?(Resources|functions|packages|endpoints|version)\"?\s*:", re.M)
_CODE = ("CodeUri", "ContentUri", "DefinitionUri", "SchemaUri")
_FUNCTIONS = ("AWS::Lambda::Function", "AWS::Serverless::Function")


@dataclass(slots=True)
class Tally:
    """What became of the files. `refused` has a reason by file."""

    files: int = 0
    found: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    functions: Counter[str] = field(default_factory=Counter)
    triggers: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    unclaimed: Counter[str] = field(default_factory=Counter)


class _Policies:
    """In place of the names of managed policies, which the translator would ask IAM for."""

    def load(self) -> Mapping[str, str]:
        return {}


def files(folders: list[Path]) -> Iterator[Path]:
    """Files which may be templates, in a stable order."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in _ENDINGS and path.is_file() and "node_modules" not in path.parts:
                yield path


def discovered(path: Path, folder: Path, templates: Any) -> Application:
    """The application of a copy; what it names and is not there is made. Raises UsageError."""
    beside = list(islice(path.parent.rglob("*"), _MANY))
    if len(beside) < _MANY:
        copytree(path.parent, folder, dirs_exist_ok=True)
    copy = folder / path.name
    copyfile(path, copy)
    for _ in range(100):
        try:
            return discover(copy, templates=templates, workdir=folder / "work")
        except UsageError as error:
            missing = _MISSING.search(str(error))
            if missing is None:
                raise
            place = (folder / missing[1]).resolve()
            if not place.is_relative_to(folder.resolve()) or place.exists():
                raise
            place.mkdir(parents=True)
    raise UsageError("too many of its folders are not there", path=path)


def translated(path: Path) -> tuple[set[str], set[str]] | None:
    """(functions, those with a trigger) by SAM's translator; None for what it does not take."""
    if path.suffix == ".py":
        return None
    try:
        document = yaml_parse(path.read_text(encoding="utf-8"))
        if "AWS::Serverless" not in json.dumps(document, default=str):
            return None
        made = transform(_packaged(document), {}, _Policies())
    except (InvalidDocumentException, ValueError, KeyError, TypeError, AttributeError):
        return None
    except Exception as error:  # the translator lets the errors of its libraries through
        sys.stderr.write(f"{path}: the translator fails: {error}\n")
        return None
    resources = made["Resources"]
    functions = {name for name, r in resources.items() if r["Type"] in _FUNCTIONS}
    wired: set[str] = set()
    for resource in resources.values():
        if resource["Type"] in ("AWS::Lambda::Permission", "AWS::Lambda::EventSourceMapping"):
            wired |= {f for f in functions if _names(resource["Properties"]["FunctionName"], f)}
    return functions, wired


def _packaged(value: Any) -> Any:
    """The template as `sam package` leaves it: local code is in S3."""
    if isinstance(value, dict):
        return {
            key: "s3://bucket/key"
            if key in _CODE and isinstance(item, str) and "://" not in item
            else _packaged(item)
            for key, item in value.items()
        }
    return [_packaged(item) for item in value] if isinstance(value, list) else value


def _names(value: Any, function: str) -> bool:
    """Whether a reference is to a function, or to an alias of it."""
    text = json.dumps(value)
    return f'"{function}"' in text or f'"{function}Alias' in text


def compare(tally: Tally, path: Path, application: Application) -> None:
    """Count what the translator finds beside what we found."""
    theirs = translated(path)
    for function in application.functions:
        for note in function.notes:
            if "no event template claims" in note:
                tally.unclaimed[note] += 1
    if theirs is None:
        return
    functions, wired = theirs
    own = {f.name: f for f in application.functions}
    tally.functions["theirs"] += len(functions)
    tally.functions["both"] += len(functions & own.keys())
    tally.triggers["theirs"] += len(wired)
    found = {name for name in wired & own.keys() if own[name].triggers}
    tally.triggers["both"] += len(found)
    tally.missed += [f"{path}: function {name}" for name in sorted(functions - own.keys())]
    tally.missed += [f"{path}: trigger of {name}" for name in sorted(wired - found)]


def main(folders: list[Path]) -> None:
    """Print the figures, and below them what was refused and missed."""
    templates = load_templates(data_folder("event_templates"))
    tally = Tally()
    for path in files(folders):
        if not any(reader.recognises(path) for reader in SOURCES):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.suffix != ".py" and not _DECLARES.search(text):
            continue
        tally.files += 1
        with tempfile.TemporaryDirectory() as folder:
            try:
                application = discovered(path, Path(folder), templates)
            except UsageError as error:
                if _OTHERS.search(str(error)):
                    tally.files -= 1
                else:
                    tally.refused[str(path)] = str(error).replace(f"{folder}/", "")
                continue
        tally.found += 1
        compare(tally, path, application)
    print(f"files        {tally.files}")
    print(f"discovered   {tally.found} ({_share(tally.found, tally.files)})")
    for name, counts in (("functions", tally.functions), ("triggers", tally.triggers)):
        share = _share(counts["both"], counts["theirs"])
        print(
            f"{name:12} {counts['both']} of {counts['theirs']} that SAM's translator has ({share})"
        )
    for path, reason in tally.refused.items():
        print(f"refused      {path}: {reason}")
    for missed in tally.missed:
        print(f"missed       {missed}")
    for note, count in tally.unclaimed.most_common():
        print(f"unclaimed    {count} x {note}")


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "none"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    main(parser.parse_args().folders)
