"""What is said of functions of Google Cloud where they are deployed: functions.yaml, and gcloud.

https://cloud.google.com/sdk/gcloud/reference/functions/deploy
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.discovery.loading import line_of
from harness.discovery.shapes import mapping

# Files in which the commands of a deployment are usually written down.
_WRITTEN = ("*.sh", "Makefile", "cloudbuild.yaml", "cloudbuild.yml", "README.md", "package.json")
_COMMAND = re.compile(r"gcloud\s+(?:alpha\s+|beta\s+)?functions\s+deploy\s+((?:[^\n]*\\\n)*[^\n]*)")
_STARTED = re.compile(r"functions-framework(?:-python|-nodejs)?\s+([^\n\"&|;]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """One deployed function. `types` is empty when nothing is said of its trigger."""

    name: str
    entry: str
    types: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    first_generation: bool = False
    line: int | None = None


def in_manifest(document: Mapping[str, Any]) -> Iterator[Deployed]:
    """The endpoints of a functions.yaml (firebase-functions writes it)."""
    endpoints = mapping(document.get("endpoints"))
    for name, endpoint in endpoints.items():
        declared = mapping(endpoint)
        event = mapping(declared.get("eventTrigger"))
        kinds = {
            "httpsTrigger": "http",
            "callableTrigger": "callable",
            "scheduleTrigger": "scheduler-http",
            "taskQueueTrigger": "tasks-http",
            "blockingTrigger": "firebase-blocking",
            "dataConnectGraphqlTrigger": "http",
        }
        types = [kind for key, kind in kinds.items() if key in declared]
        if event:
            types.append(str(event.get("eventType", "")))
        filters = {
            **mapping(event.get("eventFilters")),
            **mapping(event.get("eventFilterPathPatterns")),
        }
        yield Deployed(
            name=str(name),
            entry=str(declared.get("entryPoint") or name),
            types=tuple(types),
            facts={str(key): str(value) for key, value in filters.items()},
            first_generation=declared.get("platform") == "gcfv1",
            line=line_of(endpoints, name),
        )


def in_commands(folder: Path) -> Iterator[Deployed]:
    """`gcloud functions deploy` as it stands in scripts, build files and the read-me."""
    for pattern in _WRITTEN:
        for path in sorted(folder.glob(pattern)):
            text = path.read_text(encoding="utf-8", errors="replace")
            for match in _COMMAND.finditer(text):
                found = _command(match[1])
                if found is not None:
                    yield found
            for match in _STARTED.finditer(text):
                options = _options(match[1])
                target = options.get("target", "")
                if target:
                    kind = {"http": ("http",)}.get(options.get("signature-type", ""), ())
                    yield Deployed(name=target, entry=target, types=kind)


def _command(text: str) -> Deployed | None:
    options = _options(text)
    name = options.get("", "")
    if not re.fullmatch(r"[\w-]+", name):
        return None  # a placeholder
    types: tuple[str, ...] = ()
    facts: dict[str, str] = {}
    if "trigger-http" in options:
        types = ("http",)
    elif "trigger-topic" in options:
        types = ("google.cloud.pubsub.topic.v1.messagePublished",)
        facts["topic"] = options["trigger-topic"]
    elif "trigger-bucket" in options:
        types = ("google.cloud.storage.object.v1.finalized",)
        facts["bucket"] = options["trigger-bucket"].removeprefix("gs://")
    elif "trigger-event" in options:
        types = (options["trigger-event"],)
        facts = _resource(options.get("trigger-resource", ""))
    filters = [
        part
        for key in options
        if key.startswith("trigger-event-filters")
        for part in options[key].split(",")
    ]
    for part in filters:
        key, _, value = part.partition("=")
        if key == "type":
            types = (value,)
        elif key:
            facts[key] = value
    return Deployed(
        name=name,
        entry=options.get("entry-point", name),
        types=types,
        facts=facts,
        first_generation="no-gen2" in options,
    )


def _resource(text: str) -> dict[str, str]:
    """The facts in a --trigger-resource: a bucket, or a path with topics or documents."""
    for part, fact in (("/topics/", "topic"), ("/documents/", "document"), ("/refs/", "ref")):
        if part in text:
            return {fact: text.partition(part)[2]}
    return {"bucket": text.removeprefix("gs://")} if text else {}


def _options(text: str) -> dict[str, str]:
    """Options by name (repeated ones joined by a comma), and the first word without one as ""."""
    try:
        words = shlex.split(text.replace("\\\n", " "), comments=True)
    except ValueError:
        words = text.replace("\\\n", " ").split()
    found: dict[str, str] = {}
    pending = iter(words)
    for word in pending:
        if not word.startswith("--"):
            found.setdefault("", word)
            continue
        name, equals, value = word.removeprefix("--").partition("=")
        if not equals and name in _VALUED:
            value = next(pending, "")
        found[name] = f"{found[name]},{value}" if found.get(name) else value
    return found


_VALUED = frozenset(
    {
        *("runtime", "entry-point", "region", "source", "project", "memory", "timeout"),
        *("trigger-topic", "trigger-bucket", "trigger-event", "trigger-resource"),
        *("trigger-event-filters", "trigger-event-filters-path-pattern", "trigger-location"),
        *("target", "signature-type", "port", "set-env-vars", "service-account"),
    }
)
