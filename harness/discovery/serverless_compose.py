"""Several services of the Serverless Framework as one application: `serverless-compose.yml`.

https://www.serverless.com/framework/docs/guides/compose
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.discovery.assembling import application, renamed
from harness.discovery.compose import Part, composed
from harness.discovery.loading import line_of, load_document
from harness.discovery.serverless import Serverless, Translation
from harness.discovery.shapes import mapping
from harness.discovery.stack import Stack
from harness.errors import UsageError
from harness.model import Application, EventTemplate

_MEND = "name a serverless-compose.yml with services, each with its path"
# An output of another service: `${core.tableName}`.
_OUTPUT = re.compile(r"\$\{\s*([\w-]+)\.([\w.-]+)\s*\}")


class ServerlessCompose:
    """Services on AWS, with the outputs that one hands to another as a param."""

    names = ("serverless-compose.yml", "serverless-compose.yaml", "serverless-compose.json")

    def recognises(self, path: Path) -> bool:
        """See Source.recognises."""
        return path.name in self.names

    def load(
        self,
        path: Path,
        *,
        parameters: Mapping[str, str],
        templates: Sequence[EventTemplate],
        workdir: Path | None,
    ) -> Application:
        """See Source.load. `parameters` are each service's options and params (`stage`)."""
        services = mapping(load_document(path, _MEND).get("services"))
        if not services:
            raise UsageError("there are no services in it", path=path, line=1, mend=_MEND)
        parts: list[Part] = []
        names: dict[str, tuple[str, str]] = {}
        origins: dict[str, Path] = {}
        notes: list[str] = []
        for name, declared in services.items():
            file = _file(path, name, declared, line_of(services, name))
            given = mapping(mapping(declared).get("params")).items()
            options = {**{str(k): _imported(v, services) for k, v in given}, **parameters}
            service = Translation(file, options)
            prefix = re.sub(r"\W|_", "", str(name))
            template = {**service.template, "Outputs": dict(_exports(str(name), service.template))}
            parts.append(Part(template=template, path=file, prefix=prefix))
            names |= {f"{prefix}{id}": (str(name), key) for id, key in service.keys.items()}
            origins |= {f"{prefix}{id}": origin for id, origin in service.origins.items()}
            notes += [f"{name}: {note}" for note in service.notes]
        whole = composed(parts, root=path)
        stack = Stack(whole.template, path, {}, whole.origins | origins, lenient=True)
        made = application(stack, templates, workdir, (*notes, *whole.notes))
        keys = [key for _, key in names.values()]
        own = {
            id: key if keys.count(key) == 1 else f"{service}-{key}"
            for id, (service, key) in names.items()
        }
        return renamed(replace(made, name=path.parent.name), own)


def _file(path: Path, name: Any, declared: Any, line: int | None) -> Path:
    folder = path.parent / str(mapping(declared).get("path", ""))
    named = mapping(declared).get("config")
    tried = [str(named)] if named else Serverless.names
    found = next((folder / one for one in tried if (folder / one).is_file()), None)
    if found is None or "path" not in mapping(declared):
        raise UsageError(
            f"service {name}: its serverless.yml is not there",
            path=path,
            line=line,
            mend="correct its path or config; what is a program is printed by `serverless print`",
        )
    return found


def _exports(service: str, template: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The outputs of a service, under names by which the others import them."""
    for name, output in mapping(template.get("Outputs")).items():
        yield str(name), {**mapping(output), "Export": {"Name": f"{service}:{name}"}}


def _imported(value: Any, services: Mapping[str, Any]) -> Any:
    match = _OUTPUT.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[1] not in services:
        return value
    return {"Fn::ImportValue": f"{match[1]}:{match[2]}"}
