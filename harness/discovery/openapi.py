"""OpenAPI documents, 3 and Swagger 2: what an API offers, where nothing says what runs behind it.

https://spec.openapis.org/oas/v3.1.0.html and https://swagger.io/specification/v2/. Each operation
is told as a function of its own: a black box that `--target http` calls.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

from harness.discovery.loading import line_of, load_document
from harness.discovery.schemas import operation_facts
from harness.discovery.shapes import mapping, mappings
from harness.discovery.triggers import claimant
from harness.discovery.words import route_facts
from harness.errors import UsageError
from harness.model import Application, EventTemplate, Function, ResolvedResource, Trigger

# The kind of resource that says where an API answers; its physical name is the address.
SERVER = "OpenAPI::Server"
_VERBS = ("get", "put", "post", "delete", "options", "head", "patch")
_MARK = re.compile(r"""(?m)^[\s{]{0,4}["']?(?:openapi|swagger)["']?\s*:""")
_GLANCE = 1 << 14
_MEND = "name an OpenAPI document"
# What API Gateway waits for an answer at most; nothing says what runs behind the address.
_TIMEOUT = 29
_WORDS = {"sam": "HttpApi"}
_ID = "api"


class OpenApi:
    """Documents with `paths`."""

    names = ("openapi.yaml", "openapi.yml", "openapi.json", "swagger.yaml", "swagger.json")

    def recognises(self, path: Path) -> bool:
        """See Source.recognises."""
        if path.suffix not in (".yaml", ".yml", ".json") or not path.is_file():
            return False
        with path.open(encoding="utf-8", errors="replace") as file:
            return _MARK.search(file.read(_GLANCE)) is not None

    def load(
        self,
        path: Path,
        *,
        parameters: Mapping[str, str],  # noqa: ARG002 - as each source's
        templates: Sequence[EventTemplate],
        workdir: Path | None,  # noqa: ARG002
    ) -> Application:
        """See Source.load."""
        document = load_document(path, _MEND)
        template = claimant(_WORDS, templates)
        functions = tuple(_functions(document, path, template))
        if not functions:
            raise UsageError("there are no operations in its paths", path=path, line=1, mend=_MEND)
        return Application(
            name=str(mapping(document.get("info")).get("title") or path.stem),
            source=path,
            functions=functions,
            resources=tuple(
                ResolvedResource(name=f"server{number}", kind=SERVER, physical=url)
                for number, url in enumerate(_servers(document))
            ),
        )


def below(application: Application, url: str) -> Application:
    """The application with its servers' addresses told from that of its document.

    One without a server answers where its document is (OpenAPI 3.1, 4.8.1).
    """
    servers = tuple(
        ResolvedResource(name=each.name, kind=SERVER, physical=urljoin(url, each.physical))
        for each in application.resources
    )
    parts = urlsplit(url)
    own = ResolvedResource(name=SERVER, kind=SERVER, physical=f"{parts.scheme}://{parts.netloc}")
    return Application(
        name=application.name,
        source=application.source,
        functions=application.functions,
        resources=servers or (own,),
    )


def _functions(
    document: Mapping[str, Any], path: Path, template: EventTemplate | None
) -> Iterator[Function]:
    taken: set[str] = set()
    for route, item in mapping(document.get("paths")).items():
        for verb in _VERBS:
            operation = mapping(item).get(verb)
            if template is None or not isinstance(operation, dict):
                continue
            name = str(operation.get("operationId") or "")
            if not name or name in taken:
                name = f"{verb.upper()} {route}"
            taken.add(name)
            facts = {
                **operation_facts(document, str(route), verb),
                **route_facts(route, verb, "$default", _ID),
            }
            # No name of AWS's: the request goes to the address that the user gives.
            del facts["domain"]
            yield Function(
                name=name,
                runtime="",
                handler="",
                code=None,
                timeout=_TIMEOUT,
                triggers=(Trigger(template=template.id, facts=facts),),
                declared_in=f"{path}:{line_of(item, verb) or 1}",
            )


def _servers(document: Mapping[str, Any]) -> Iterator[str]:
    """Addresses, with the defaults of their variables; relative ones as they stand."""
    for server in mappings(document.get("servers") or ()):
        url = str(server.get("url") or "")
        for name, variable in mapping(server.get("variables")).items():
            url = url.replace(f"{{{name}}}", str(mapping(variable).get("default", "")))
        if url:
            yield url
    if "swagger" in document and document.get("host"):
        scheme = next(iter(document.get("schemes") or ()), "https")
        yield f"{scheme}://{document['host']}{document.get('basePath') or ''}"
