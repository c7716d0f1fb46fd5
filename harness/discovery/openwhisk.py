"""OpenWhisk packages: the manifest.yaml of wskdeploy.

https://github.com/apache/openwhisk-wskdeploy/blob/master/specification/README.md
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from harness.discovery.loading import glance, line_of, load_document
from harness.discovery.shapes import mapping, texts
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

_MEND = "name a manifest.yaml with packages that have actions"
# https://github.com/apache/openwhisk/blob/master/docs/reference.md#system-limits
_TIMEOUT_SECONDS, _MEMORY_MB = 60, 256
_KIND = re.compile(r"(python|nodejs)(?::(\d+)(?:\.(\d+))?)?")
_ENDINGS = {".py": "python", ".js": "nodejs", ".mjs": "nodejs", ".cjs": "nodejs"}


class OpenWhisk:
    """Actions, sequences, triggers and rules of a manifest."""

    names = ("manifest.yaml", "manifest.yml")

    def recognises(self, path: Path) -> bool:
        """See Source.recognises."""
        if path.suffix not in (".yaml", ".yml"):
            return False
        text = glance(path)
        return re.search(r"^\s*packages:", text, re.M) is not None and "actions:" in text

    def load(
        self,
        path: Path,
        *,
        parameters: Mapping[str, str],
        templates: Sequence[EventTemplate],
        workdir: Path | None,  # noqa: ARG002 - as each source's
    ) -> Application:
        """See Source.load. `parameters` are the actions' environment."""
        document = load_document(path, _MEND)
        project = mapping(document.get("project"))
        packages = mapping(document.get("packages") or project.get("packages"))
        functions: list[Function] = []
        feeds: dict[str, str] = {}
        edges: list[Edge] = []
        for package in packages.values():
            own = mapping(package)
            fed = {
                str(name): str(mapping(declared).get("feed", ""))
                for name, declared in mapping(own.get("triggers")).items()
            }
            fired: dict[str, list[str]] = {}
            for rule in mapping(own.get("rules")).values():
                action = str(mapping(rule).get("action", "")).rpartition("/")[2]
                fired.setdefault(action, []).append(str(mapping(rule).get("trigger", "")))
            actions = mapping(own.get("actions"))
            for name, declared in actions.items():
                triggers = fired.get(str(name), [])
                entry = _Entry(path, name, mapping(declared), line_of(actions, name))
                functions.append(entry.function(parameters, templates, triggers, fed))
                edges += [Edge(origin=t, to=str(name), via="rule") for t in triggers]
            for sequence in mapping(own.get("sequences")).values():
                listed = mapping(sequence).get("actions")
                named = listed.split(",") if isinstance(listed, str) else texts(listed)
                steps = [step.strip().rpartition("/")[2] for step in named]
                edges += [Edge(origin=a, to=b, via="sequence") for a, b in pairwise(steps)]
            feeds |= fed
        if not functions:
            raise UsageError("there are no actions in it", path=path, line=1, mend=_MEND)
        return Application(
            name=str(project.get("name") or next(iter(packages), path.parent.name)),
            source=path,
            functions=tuple(functions),
            resources=tuple(
                ResolvedResource(name=name, kind="OpenWhisk trigger", physical=name)
                for name in feeds
            ),
            edges=tuple(dict.fromkeys(edges)),
        )


class _Entry:
    """One action."""

    def __init__(
        self, path: Path, name: Any, declared: Mapping[str, Any], line: int | None
    ) -> None:
        self._path, self._name, self._declared, self._line = path, str(name), declared, line

    def function(
        self,
        environment: Mapping[str, str],
        templates: Sequence[EventTemplate],
        fired: Sequence[str],
        feeds: Mapping[str, str],
    ) -> Function:
        declared = self._declared
        limits = mapping(declared.get("limits"))
        script = self._script()
        triggers, notes = [], []
        for words, source in self._words(fired, feeds):
            template = claimant(words, templates)
            if template is None:
                notes.append(unclaimed(words))
            else:
                facts = {"function_name": self._name}
                triggers.append(Trigger(template=template.id, source=source, facts=facts))
        milliseconds = limits.get("timeout")
        memory = limits.get("memorySize")
        return Function(
            name=self._name,
            runtime=self._runtime(script),
            handler=f"{script.name}:{declared.get('main') or 'main'}",
            code=script.parent,
            environment=environment,
            timeout=max(1, milliseconds // 1000)
            if isinstance(milliseconds, int)
            else _TIMEOUT_SECONDS,
            memory=memory if isinstance(memory, int) else _MEMORY_MB,
            triggers=tuple(triggers),
            declared_in=f"{self._path}:{self._line or 1}",
            notes=tuple(notes),
            provider="openwhisk",
        )

    def _script(self) -> Path:
        """The action's file; of a folder the one that its runtime starts."""
        declared = self._declared.get("function") or self._declared.get("location")
        if not isinstance(declared, str):
            raise self._refused("says nowhere what its code is", "add function with its file")
        script = (self._path.parent / str(declared)).resolve()
        if script.is_dir():
            usual = ("__main__.py", "index.js")
            script = next((script / name for name in usual if (script / name).is_file()), script)
        if not script.is_file():
            raise self._refused(
                f"its code {declared} is not there", "correct function, or build it"
            )
        return script

    def _refused(self, what: str, mend: str) -> UsageError:
        return UsageError(
            f"action {self._name}: {what}", path=self._path, line=self._line, mend=mend
        )

    def _runtime(self, script: Path) -> str:
        match = _KIND.match(str(self._declared.get("runtime") or ""))
        language = match[1] if match else _ENDINGS.get(script.suffix, "")
        if language == "nodejs":
            return f"nodejs{match[2] if match and match[2] else '20'}.x"
        if language == "python":
            minor = match[3] if match else None
            return f"python3.{minor or sys.version_info.minor}"
        return str(self._declared.get("runtime") or "")

    def _words(
        self, fired: Sequence[str], feeds: Mapping[str, str]
    ) -> Iterator[tuple[dict[str, str], str | None]]:
        annotations = mapping(self._declared.get("annotations"))
        web = self._declared.get("web", self._declared.get("web-export"))
        web = annotations.get("web-export", web)
        raw = web == "raw" or annotations.get("raw-http") is True
        if raw:
            yield {"openwhisk": "raw-web"}, None
        elif web in (True, "yes", "true"):
            yield {"openwhisk": "web"}, None
        for trigger in fired:
            kafka = "messag" in feeds.get(trigger, "") or "kafka" in feeds.get(trigger, "")
            yield {"openwhisk": "kafka" if kafka else "action"}, trigger
        if not fired and not raw and web not in (True, "yes", "true"):
            yield {"openwhisk": "action"}, None
