"""Functions of Google Cloud: a functions.yaml, a main.py, or a package.json with the framework.

What triggers a function stands in its code (Firebase), in functions.yaml, or in the command that
deploys it; the latter is looked for in the folder's scripts.
https://cloud.google.com/run/docs/write-functions
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.discovery.decorated import sources
from harness.discovery.google_code import Declared, in_python, table
from harness.discovery.google_deploy import Deployed, in_commands, in_manifest
from harness.discovery.google_javascript import in_javascript
from harness.discovery.loading import glance, load_document
from harness.discovery.shapes import mapping
from harness.discovery.triggers import claimant, unclaimed
from harness.errors import UsageError
from harness.model import (
    Application,
    Edge,
    EventTemplate,
    Function,
    ResolvedResource,
    Trigger,
)

_MEND = "name the main.py, package.json or functions.yaml of a Google Cloud function"
# https://cloud.google.com/functions/quotas: the default of both generations.
_TIMEOUT_SECONDS, _MEMORY_MB = 60, 256
_PACKAGES = ("@google-cloud/functions-framework", "firebase-functions")
_PYTHON = re.compile(r"^\s*(?:import|from)\s+(?:functions_framework|firebase_functions)\b", re.M)
_WILDCARD = re.compile(r"\{[^}]*\}|\*+")
# fact that names the source -> kind of the resource
_SOURCES = {
    "bucket": "storage.googleapis.com/Bucket",
    "topic": "pubsub.googleapis.com/Topic",
    "document": "firestore.googleapis.com/Document",
    "ref": "firebasedatabase.googleapis.com/Ref",
}


class Google:
    """Functions in Python and JavaScript."""

    names = ("functions.yaml", "main.py", "package.json")

    def recognises(self, path: Path) -> bool:
        """See Source.recognises; the file has to name their framework."""
        text = glance(path)
        if path.name == "functions.yaml":
            return "endpoints:" in text and "specVersion" in text
        if path.name == "package.json":
            return any(f'"{package}"' in text for package in _PACKAGES)
        needs = glance(path.with_name("requirements.txt"))
        return path.suffix == ".py" and (
            _PYTHON.search(text) is not None or "functions-framework" in needs
        )

    def load(
        self,
        path: Path,
        *,
        parameters: Mapping[str, str],
        templates: Sequence[EventTemplate],
        workdir: Path | None,  # noqa: ARG002 - as each source's
    ) -> Application:
        """See Source.load. `parameters` are the functions' environment."""
        folder = path.parent
        declared = {one.name: one for one in _declared(path)}
        deployed = list(in_commands(folder))
        if path.name == "functions.yaml":
            deployed = list(in_manifest(load_document(path, _MEND)))
        pairs = [(one, declared.get(one.entry)) for one in deployed if one.entry in declared]
        told = {one.entry for one, _ in pairs}
        pairs += [
            (Deployed(name=name, entry=name), one)
            for name, one in declared.items()
            if name not in told and one.marked
        ]
        functions: dict[str, Function] = {}
        for one, code in pairs:
            if code is not None and one.name not in functions:
                functions[one.name] = _function(one, code, path, parameters, templates)
        if not functions:
            raise UsageError("it declares no function", path=path, line=1, mend=_MEND)
        named = [
            (function.name, trigger.source, _SOURCES[fact])
            for function in functions.values()
            for trigger in function.triggers
            for fact in _SOURCES
            if trigger.source is not None and trigger.facts.get(fact) == trigger.source
        ]
        return Application(
            name=folder.name,
            source=path,
            functions=tuple(functions.values()),
            resources=tuple(
                ResolvedResource(name=name, kind=kind, physical=name)
                for name, kind in dict.fromkeys((name, kind) for _, name, kind in named)
            ),
            edges=tuple(Edge(origin=name, to=to, via="event") for to, name, _ in named),
        )


def _declared(path: Path) -> Iterator[Declared]:
    """The functions of the entry file, and of those beside it where that has none."""
    entries = [path] if path.suffix == ".py" else []
    if path.name == "package.json":
        package = mapping(_json(path))
        entries = [path.parent / str(package.get("main") or "index.js")]
    elif path.name == "functions.yaml":
        entries = [path.parent / name for name in ("main.py", "index.js", "lib/index.js")]
    there = [entry for entry in entries if entry.is_file()]
    if path.name == "package.json" and not there:
        raise UsageError(
            f"its main {entries[0].relative_to(path.parent)} is not there",
            path=path,
            mend="build it first (`npm run build`), or correct main",
        )
    found = [one for entry in there for one in _in(entry)]
    if not found:
        endings = {entry.suffix for entry in there} or {".py"}
        beside = (p for ending in sorted(endings) for p in sources(path.parent, ending))
        found = [one for p in beside if p not in there for one in _in(p)]
    yield from found


def _in(path: Path) -> Iterator[Declared]:
    return in_python(path) if path.suffix == ".py" else in_javascript(path)


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        line = getattr(error, "lineno", None)
        raise UsageError(f"not valid JSON: {error}", path=path, line=line, mend=_MEND) from error


def _function(
    one: Deployed,
    code: Declared,
    path: Path,
    parameters: Mapping[str, str],
    templates: Sequence[EventTemplate],
) -> Function:
    triggers, notes = _triggers(one, code, templates)
    entry = code.path.resolve().relative_to(path.parent.resolve()).as_posix()
    return Function(
        name=one.name,
        runtime=_runtime(code.path, path.parent),
        handler=f"{entry}:{code.name}",
        code=path.parent,
        environment=parameters,
        timeout=_TIMEOUT_SECONDS,
        memory=_MEMORY_MB,
        triggers=triggers,
        declared_in=f"{code.path}:{code.line}",
        notes=notes,
        provider="gcp",
    )


def _triggers(
    one: Deployed, code: Declared, templates: Sequence[EventTemplate]
) -> tuple[tuple[Trigger, ...], tuple[str, ...]]:
    notes: list[str] = []
    types = one.types or ((code.type,) if code.type else ())
    if not types:
        types = _guessed(code.text)
        told = ", ".join(types)
        notes.append(
            f"nothing says which events it gets; tried are {told}: say it in functions.yaml"
        )
    facts = {**code.facts, **one.facts, "function_name": one.name}
    for name in ("document", "ref"):
        if name in facts:
            facts[name] = _WILDCARD.sub("sample", facts[name]).strip("/")
    triggers = []
    for kind in types:
        wanted = kind
        if code.background or one.first_generation:
            wanted = table()["background"].get(kind, kind)
        template = _claimed(wanted, templates)
        if template is None:
            notes.append(unclaimed({"gcp": wanted}))
            continue
        source = next((facts[fact] for fact in _SOURCES if fact in facts), None)
        known = (
            facts if "event_type" in facts or "." not in wanted else {**facts, "event_type": wanted}
        )
        triggers.append(Trigger(template=template.id, source=source, facts=known))
    return tuple(triggers), tuple(notes)


def _claimed(kind: str, templates: Sequence[EventTemplate]) -> EventTemplate | None:
    """The template of an event type; all direct events of Eventarc are of one form."""
    found = claimant({"gcp": kind}, templates)
    if found is None and kind.startswith("google.cloud."):
        found = claimant({"gcp": "eventarc"}, templates)
    return found


def _guessed(text: str) -> tuple[str, ...]:
    """Types whose fields a handler's code names, or the two commonest."""
    guesses = table()["guesses"]
    found = [g["type"] for g in guesses if any(word in text for word in g["reads"])]
    return tuple(found or [g["type"] for g in guesses[:2]])


def _runtime(code: Path, folder: Path) -> str:
    """Python's version stands in .python-version, or is that of this process."""
    if code.suffix == ".py":
        named = folder / ".python-version"
        text = named.read_text(encoding="utf-8") if named.is_file() else ""
        match = re.match(r"\s*(3\.\d+)", text)
        return f"python{match[1] if match else '.'.join(map(str, sys.version_info[:2]))}"
    package = folder / "package.json"
    engines = mapping(mapping(_json(package)).get("engines")) if package.is_file() else {}
    match = re.search(r"\d+", str(engines.get("node", "")))
    return f"nodejs{match[0] if match else '20'}.x"
