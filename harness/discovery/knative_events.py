"""What brings events to a function on Knative: triggers, subscriptions and sources.

https://knative.dev/docs/eventing/
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from harness.discovery.shapes import mapping, mappings, texts
from harness.errors import UsageError

_GROUPS = ("eventing.", "sources.", "messaging.", "flows.")
_NAMESPACE = "default"
# What each source sends: https://knative.dev/docs/eventing/sources/
_TYPES = {
    "KafkaSource": ("dev.knative.kafka.event",),
    "PingSource": ("dev.knative.sources.ping",),
    "ApiServerSource": tuple(f"dev.knative.apiserver.resource.{w}" for w in ("add", "update")),
}


@dataclass(frozen=True, slots=True)
class Fed:
    """What brings events to a function: its name and kind, and the types that come."""

    origin: str
    kind: str
    types: tuple[str, ...] = ()
    source: str = ""


def read_all(path: Path) -> Iterator[tuple[Mapping[str, Any], int]]:
    """The documents of a manifest with their lines. Raises UsageError."""
    text = path.read_text(encoding="utf-8")
    try:
        nodes = list(yaml.compose_all(text, yaml.SafeLoader))
        loaded = list(yaml.safe_load_all(text))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        raise UsageError(
            f"not valid YAML: {getattr(error, 'problem', error)}",
            path=path,
            line=line,
            mend="correct it there",
        ) from error
    for node, document in zip(nodes, loaded, strict=True):
        if isinstance(document, dict):
            line = node.start_mark.line + 1
            inner = mappings(document.get("items")) if document.get("kind") == "List" else ()
            yield from ((one, line) for one in inner or (document,))


def beside(folder: Path) -> Iterator[Mapping[str, Any]]:
    """What else is declared beside a project: triggers and sources that mean its service."""
    for path in sorted((*folder.glob("*.y*ml"), *folder.glob("*/*.y*ml"))):
        if path.stem != "func" and any(group in path.read_text("utf-8") for group in _GROUPS):
            try:
                yield from (document for document, _ in read_all(path))
            except UsageError:
                continue  # some other tool's


def fed_services(manifests: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Fed]]:
    """(name of the service, what feeds it) of each trigger, subscription and source."""
    for document in manifests:
        if not any(group in str(document.get("apiVersion")) for group in _GROUPS):
            continue
        kind, spec = str(document.get("kind")), mapping(document.get("spec"))
        name = str(mapping(document.get("metadata")).get("name"))
        namespace = mapping(document.get("metadata")).get("namespace") or _NAMESPACE
        for key in ("subscriber", "sink", "reply", "deadLetterSink"):
            holder = mapping(spec.get("delivery")) if key == "deadLetterSink" else spec
            to = _service_of(mapping(holder.get(key)))
            if to is None:
                continue
            origin, types, source = name, _TYPES.get(kind, ()), ""
            if kind in _TYPES:
                plural = f"{kind.lower()}s"
                source = f"/apis/v1/namespaces/{namespace}/{plural}/{name}"
                source += f"#{t}" if (t := next(iter(texts(spec.get("topics"))), "")) else ""
            elif kind == "Trigger":
                origin = str(spec.get("broker") or "default")
                types, source = _filtered(spec)
            elif kind == "Subscription":
                origin = str(mapping(spec.get("channel")).get("name") or name)
            yield to, Fed(origin, "Broker" if kind == "Trigger" else kind, types, source)


def _filtered(spec: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    """(types, source) that a trigger lets through, in its old form and its new ones.

    https://knative.dev/docs/eventing/triggers/#trigger-filtering
    """
    attributes = dict(mapping(mapping(spec.get("filter")).get("attributes")))
    types = list(texts(attributes.get("type")))
    for one in _flat(mappings(spec.get("filters"))):
        for dialect in ("exact", "prefix", "suffix"):
            said = mapping(one.get(dialect))
            types += texts(said.get("type"))
            attributes = {**said, **attributes}
    return tuple(t for t in types if t), str(attributes.get("source") or "")


def _flat(filters: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for one in filters:
        yield one
        for joined in ("any", "all"):
            yield from _flat(mappings(one.get(joined)))


def _service_of(addressed: Mapping[str, Any]) -> str | None:
    """The service that a destination names, by reference or by its address in the cluster."""
    ref = mapping(addressed.get("ref") or addressed)
    if ref.get("kind") == "Service" and ref.get("name"):
        return str(ref["name"])
    host = re.match(r"https?://([\w-]+)\.", str(addressed.get("uri") or ""))
    return host[1] if host else None


def subscribed(project: Mapping[str, Any]) -> Iterator[Fed]:
    """The brokers that a func.yaml subscribes to."""
    for one in mappings(mapping(project.get("deploy")).get("subscriptions")):
        types, source = _filtered({"filter": {"attributes": one.get("filters")}})
        yield Fed(str(one.get("source") or "default"), "Broker", types, source)
