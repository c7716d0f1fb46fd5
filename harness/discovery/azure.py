"""Azure Functions apps: a folder with host.json.

Functions are declared by a function.json each (scripts in any language, and Python's v1 model), or
by decorators (Python's v2 model).
https://learn.microsoft.com/en-us/azure/azure-functions/functions-reference
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.discovery.azure_bindings import bindings_of, facts_of, named, place_of, words_of
from harness.discovery.decorated import decorated, sources
from harness.discovery.loading import load_document
from harness.discovery.shapes import mapping, mappings
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

_MEND = "name the host.json of an Azure Functions app"
# What a plan allows (5 minutes and more) is no budget for a test: only what host.json asks for.
_TIMEOUT_SECONDS = 30
_MEMORY_MB = 1536
_NODE = "nodejs20.x"
_LANGUAGES = {".py": "python", ".js": "nodejs", ".mjs": "nodejs", ".cjs": "nodejs", ".ts": "nodejs"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A function with its bindings, as function.json has them; `at` is where it is declared."""

    name: str
    handler: str
    at: str
    bindings: tuple[Mapping[str, Any], ...]
    parameters: Mapping[str, str]

    @property
    def trigger(self) -> Mapping[str, Any] | None:
        triggers = (b for b in self.bindings if str(b["type"]).lower().endswith("trigger"))
        return next(triggers, None)


class Azure:
    """Function apps whose code is there as source; compiled ones have nothing to read."""

    names = ("host.json",)

    def recognises(self, path: Path) -> bool:
        """See Source.recognises."""
        return path.name == "host.json"

    def load(
        self,
        path: Path,
        *,
        parameters: Mapping[str, str],
        templates: Sequence[EventTemplate],
        workdir: Path | None,  # noqa: ARG002 - as each source's
    ) -> Application:
        """See Source.load. `parameters` are application settings, over local.settings.json."""
        found = [*_from_files(path.parent), *_from_decorators(path.parent)]
        app = _App(path, parameters, templates, frozenset(one.name for one in found))
        if not found:
            raise UsageError(
                "this function app declares no function",
                path=path,
                line=1,
                mend="add a function.json or a function_app.py; of compiled code nothing is known",
            )
        functions = tuple(app.function(one) for one in found)
        return Application(
            name=path.parent.name,
            source=path,
            functions=functions,
            resources=tuple(app.resources.values()),
            edges=tuple(dict.fromkeys(app.edges)),
        )


class _App:
    """What all functions of an app share."""

    def __init__(
        self,
        path: Path,
        parameters: Mapping[str, str],
        templates: Sequence[EventTemplate],
        functions: frozenset[str],
    ) -> None:
        self._functions = functions
        self._folder = path.parent
        self._templates = templates
        self._host = load_document(path, _MEND)
        local = self._folder / "local.settings.json"
        values = mapping(load_document(local, _MEND).get("Values")) if local.is_file() else {}
        self._settings = {**{str(k): str(v) for k, v in values.items()}, **parameters}
        self.resources: dict[str, ResolvedResource] = {}
        self.edges: list[Edge] = []

    def function(self, found: _Found) -> Function:
        trigger, notes = self._trigger(found)
        for binding in found.bindings:
            name = self._place(binding)
            if name is None:
                continue
            ends = (name, found.name) if binding is found.trigger else None
            if str(binding.get("direction")).lower() == "out":
                ends = (found.name, name)
            if ends is not None:
                self.edges.append(Edge(origin=ends[0], to=ends[1], via=str(binding["type"])))
        return Function(
            name=found.name,
            runtime=_runtime(found.handler.partition(":")[0]),
            handler=found.handler,
            code=self._folder,
            environment=self._settings,
            timeout=_seconds(self._host.get("functionTimeout")),
            memory=_MEMORY_MB,
            triggers=() if trigger is None else (trigger,),
            declared_in=found.at,
            notes=tuple(notes),
            provider="azure",
        )

    def _trigger(self, found: _Found) -> tuple[Trigger | None, list[str]]:
        binding = found.trigger
        if binding is None:
            return None, ["it has no trigger; not tested"]
        words = words_of(binding, found.parameters)
        template = claimant(words, self._templates)
        if template is None:
            return None, [unclaimed(words)]
        facts = facts_of(binding, found.name, self._host, self._settings)
        return Trigger(template=template.id, source=self._place(binding), facts=facts), []

    def _place(self, binding: Mapping[str, Any]) -> str | None:
        """The name of the resource that a binding means, which is then one of the app's."""
        place = place_of(binding, self._settings)
        if place is None:
            return None
        name = place.name
        if name in self._functions:
            name = f"{name} ({place.kind.rpartition('/')[2]})"
        made = ResolvedResource(name=name, kind=place.kind, physical=place.name)
        self.resources.setdefault(name, made)
        return name


def _from_files(folder: Path) -> Iterator[_Found]:
    """Functions with a function.json in a folder of their name."""
    for path in sorted(folder.glob("*/function.json")):
        document = load_document(path, "name a function.json with bindings")
        if document.get("disabled") is True:
            continue
        bindings = tuple(
            b for b in mappings(document.get("bindings")) if isinstance(b.get("type"), str)
        )
        if not bindings:
            raise UsageError(
                "there are no bindings in it", path=path, line=1, mend="add its trigger"
            )
        script = _script(path, document.get("scriptFile"))
        entry = str(document.get("entryPoint") or ("main" if script.suffix == ".py" else ""))
        parameters: Mapping[str, str] = {}
        line = 1
        if script.suffix == ".py" and script.is_file():
            own = next((f for f in decorated(script) if f.name == entry), None)
            parameters, line = (own.parameters, own.line) if own is not None else ({}, 1)
        yield _Found(
            name=path.parent.name,
            handler=f"{_relative(script, folder)}:{entry}",
            at=f"{script if script.is_file() else path}:{line}",
            bindings=bindings,
            parameters=parameters,
        )


def _script(path: Path, declared: Any) -> Path:
    """The file with the function's code: the one declared, else the one that is there."""
    if isinstance(declared, str):
        return (path.parent / declared).resolve()
    usual = ("__init__.py", "index.js", "index.mjs", "index.cjs", "run.ps1")
    there = (path.parent / name for name in usual if (path.parent / name).is_file())
    return next(there, path.parent / "__init__.py").resolve()


def _relative(path: Path, folder: Path) -> str:
    try:
        return path.relative_to(folder.resolve()).as_posix()
    except ValueError:
        return path.as_posix()


def _from_decorators(folder: Path) -> Iterator[_Found]:
    """Functions of function_app.py, and of the blueprints beside it."""
    entry = folder / "function_app.py"
    if not entry.is_file():
        return
    for path in sources(folder, ".py"):
        for function in decorated(path):
            bindings = tuple(bindings_of(function))
            if any(str(b["type"]).lower().endswith("trigger") for b in bindings):
                name = named(function)
                yield _Found(
                    name=name,
                    handler=f"{_relative(path.resolve(), folder)}:{name}",
                    at=f"{path}:{function.line}",
                    bindings=bindings,
                    parameters=function.parameters,
                )


def _runtime(script: str) -> str:
    """The project does not say which version: Python's is that of this process."""
    language = _LANGUAGES.get(Path(script).suffix, "")
    if language == "python":
        return f"python{sys.version_info.major}.{sys.version_info.minor}"
    return _NODE if language else ""


def _seconds(declared: Any) -> int:
    """functionTimeout is `hh:mm:ss`, and -1 for none."""
    match = re.fullmatch(r"(\d+):(\d+):(\d+)", str(declared or ""))
    if match is None:
        return _TIMEOUT_SECONDS
    hours, minutes, seconds = map(int, match.groups())
    return hours * 3600 + minutes * 60 + seconds or _TIMEOUT_SECONDS
