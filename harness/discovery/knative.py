"""Knative: functions of Knative Functions (`func.yaml`), and manifests of services and of events.

https://github.com/knative/func/blob/main/docs/reference/func_yaml.md
https://knative.dev/docs/eventing/
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.discovery.decorated import sources
from harness.discovery.google_code import in_python
from harness.discovery.google_javascript import in_javascript
from harness.discovery.knative_events import Fed, beside, fed_services, read_all, subscribed
from harness.discovery.loading import glance, load_document
from harness.discovery.shapes import mapping, mappings
from harness.discovery.triggers import claimant, unclaimed
from harness.model import Application, Edge, EventTemplate, Function, ResolvedResource, Trigger

_MEND = "name a func.yaml, or a manifest with a Service of serving.knative.dev"
_SERVING = "serving.knative.dev/"
# https://knative.dev/docs/serving/services/ (timeoutSeconds); of memory Kubernetes has no default.
_TIMEOUT_SECONDS, _MEMORY_MB = 300, 512
_PYTHON = f"python3.{sys.version_info.minor}"
_FRAMEWORKS = ((".py", _PYTHON, in_python), (".js", "nodejs20.x", in_javascript))
_UNITS = {"Ki": 1 / 1024, "Mi": 1, "Gi": 1024, "K": 1 / 1048.576, "M": 0.9537, "G": 953.7}


@dataclass(frozen=True, slots=True)
class _Service:
    """A function: a service of a manifest, or a project of its own. `project` is its func.yaml."""

    name: str
    path: Path
    line: int
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout: int = _TIMEOUT_SECONDS
    memory: int = _MEMORY_MB
    project: Mapping[str, Any] | None = None
    folder: Path = Path()


class Knative:
    """Services with the triggers and sources that bring them CloudEvents."""

    names = ("func.yaml", "func.yml", "service.yaml", "knative.yaml", "ksvc.yaml")

    def recognises(self, path: Path) -> bool:
        """See Source.recognises."""
        if path.suffix not in (".yaml", ".yml"):
            return False
        text = glance(path)
        if path.stem == "func":
            return re.search(r"^runtime\s*:", text, re.M) is not None
        return re.search(rf"^[\s-]*apiVersion\s*:\s*['\"]?{_SERVING}", text, re.M) is not None

    def load(
        self,
        path: Path,
        *,
        parameters: Mapping[str, str],
        templates: Sequence[EventTemplate],
        workdir: Path | None,  # noqa: ARG002 - as each source's
    ) -> Application:
        """See Source.load. `parameters` are the functions' environment."""
        if path.stem == "func":
            services = [_project(path)]
            manifests = list(beside(path.parent))
        else:
            documents = list(read_all(path))
            manifests = [document for document, _ in documents]
            services = list(_services(path, documents))
        fed = list(fed_services(manifests))
        functions = [
            _function(one, [f for to, f in fed if to == one.name], parameters, templates)
            for one in services
        ]
        names = {function.name for function in functions}
        edges = [
            Edge(origin=f.origin, to=to, via=f.kind.lower())
            for to, f in fed
            if to in names and f.origin
        ]
        return Application(
            name=path.parent.name,
            source=path,
            functions=tuple(functions),
            resources=tuple(
                ResolvedResource(name=f.origin, kind=f.kind, physical=f.origin)
                for f in dict.fromkeys(f for to, f in fed if to in names and f.origin)
            ),
            edges=tuple(dict.fromkeys(edges)),
        )


def _project(path: Path) -> _Service:
    document = load_document(path, _MEND)
    run, deploy = mapping(document.get("run")), mapping(document.get("deploy"))
    limits = mapping(mapping(mapping(deploy.get("options")).get("resources")).get("limits"))
    return _Service(
        name=str(document.get("name") or path.parent.name),
        path=path,
        line=1,
        environment=_environment(run.get("envs") or document.get("envs")),
        memory=_megabytes(limits.get("memory")),
        project=document,
        folder=path.parent,
    )


def _services(path: Path, documents: Sequence[tuple[Mapping[str, Any], int]]) -> Iterator[_Service]:
    """The services of a manifest, each with the project beside it that has its name."""
    projects = {}
    for file in sorted((*path.parent.glob("func.y*ml"), *path.parent.glob("*/func.y*ml"))):
        one = _project(file)
        projects[one.name] = one
    for document, line in documents:
        if document.get("kind") != "Service" or not str(document.get("apiVersion")).startswith(
            _SERVING
        ):
            continue
        name = str(mapping(document.get("metadata")).get("name"))
        spec = mapping(mapping(mapping(document.get("spec")).get("template")).get("spec"))
        container = next(iter(mappings(spec.get("containers"))), {})
        limits = mapping(mapping(container.get("resources")).get("limits"))
        project = projects.get(name)
        own = (path.parent / name) if (path.parent / name).is_dir() else path.parent
        timeout = spec.get("timeoutSeconds")
        yield _Service(
            name=name,
            path=path,
            line=line,
            environment={
                **(project.environment if project else {}),
                **_environment(container.get("env")),
            },
            timeout=timeout if isinstance(timeout, int) else _TIMEOUT_SECONDS,
            memory=_megabytes(limits.get("memory")),
            project=project.project if project else None,
            folder=project.folder if project else own,
        )


def _function(
    one: _Service,
    fed: Sequence[Fed],
    parameters: Mapping[str, str],
    templates: Sequence[EventTemplate],
) -> Function:
    runtime, handler, provider, notes = _code(one)
    project = mapping(one.project)
    fed = [*fed, *subscribed(project)]
    events = bool(fed) or str(project.get("invoke", "")).startswith("cloudevent")
    triggers: list[Trigger] = []
    for feed in fed or [Fed("", "")]:
        words = {"knative": "binary" if events else "http"}
        template = claimant(words, templates)
        if template is None:
            notes = (*notes, unclaimed(words))
            continue
        for kind in feed.types or ("",):
            said = {"event_type": kind, "event_source": feed.source, "function_name": one.name}
            facts = {name: value for name, value in said.items() if value}
            made = Trigger(template=template.id, source=feed.origin or None, facts=facts)
            if made not in triggers:
                triggers.append(made)
    return Function(
        name=one.name,
        runtime=runtime,
        handler=handler,
        code=one.folder if handler else None,
        environment={**one.environment, **parameters},
        timeout=one.timeout,
        memory=one.memory,
        triggers=tuple(triggers),
        declared_in=f"{one.path}:{one.line}",
        notes=tuple(dict.fromkeys(notes)),
        provider=provider,
    )


def _code(one: _Service) -> tuple[str, str, str, tuple[str, ...]]:
    """(runtime, handler, provider, notes) of a service's code.

    What is no project of Knative Functions may be one of Google's framework, which runs there too.
    """
    folder, project = one.folder, one.project
    if project is not None:
        language = str(project.get("runtime"))
        if language != "python":
            return language, "", "knative", (f"its runtime {language} is not known; not tested",)
        for entry in ("func.py", "function/func.py", *_packages(folder)):
            names = _defined(folder / entry)
            found = next((name for name in ("new", "handle") if name in names), None)
            if found is not None:
                return _PYTHON, f"{entry}:{found}", "knative", ()
        told = "no func.py with new() or handle() is in it (functions of parliament are not known)"
        return _PYTHON, "", "knative", (f"{told}; not tested",)
    for ending, runtime, found_in in _FRAMEWORKS:
        for path in sources(folder, ending):
            for declared in found_in(path):
                if declared.type in ("", "http") and declared.marked and not declared.background:
                    entry = path.relative_to(folder).as_posix()
                    return runtime, f"{entry}:{declared.name}", "gcp", ()
    told = "its code is in an image only: no func.yaml has its name"
    return "", "", "knative", (f"{told}; not tested",)


def _packages(folder: Path) -> Iterator[str]:
    """A func.py in a package of another name than `function`."""
    yield from (p.relative_to(folder).as_posix() for p in sorted(folder.glob("*/func.py")))


def _defined(path: Path) -> set[str]:
    """The functions at the top of a module."""
    try:
        module = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return set()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in module.body if isinstance(node, kinds)}


def _environment(declared: Any) -> dict[str, str]:
    """Variables with a value of their own; those of a secret or a config map are not known."""
    return {
        str(one.get("name")): str(one["value"])
        for one in mappings(declared)
        if one.get("value") is not None and "{{" not in str(one["value"])
    }


def _megabytes(quantity: Any) -> int:
    """https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/"""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([KMG]i?)?", str(quantity or ""))
    if match is None:
        return _MEMORY_MB
    unit = _UNITS[match[2]] if match[2] else 1 / 1048576
    return max(64, int(float(match[1]) * unit))
