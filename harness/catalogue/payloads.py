"""Payloads: `payloads/<rule>/*.yaml`, several files a rule."""

from pathlib import Path
from typing import Any

from pydantic import Field

from harness.catalogue.loading import Document, Strict, documents, validated
from harness.codecs import CODECS
from harness.errors import UsageError
from harness.model import ExpectedWitness, Payload


class _Witness(Strict):
    computed: str | None = None
    callback: bool = False
    decoy: bool = False
    sink: str | None = None
    delay: bool = False


class _Repeat(Strict):
    text: str
    times: int = Field(gt=0, le=1_000_000)


class _Payload(Strict):
    id: str = Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")
    context: str
    template: Any
    control: Any
    encode: tuple[str, ...] = ()
    witness: _Witness = _Witness()
    languages: tuple[str, ...] = ()
    priority: int = Field(3, ge=1, le=5)
    repeat: dict[str, _Repeat] = Field(default_factory=dict)
    changes: bool | None = None
    note: str = ""


class _File(Strict):
    rule: str = Field(pattern=r"^[a-z-]+$")
    changes: bool = False
    payloads: tuple[_Payload, ...] = Field(min_length=1)


def load_payloads(*folders: Path) -> tuple[Payload, ...]:
    """Every payload below the folders; a later folder's entry replaces an earlier one's by id.

    Raises UsageError for a file that is wrong, and for an id that one folder has twice.
    """
    found: dict[str, Payload] = {}
    for folder in folders:
        own: set[str] = set()
        for document in documents([folder]):
            for payload in _payloads(document):
                if payload.id in own:
                    raise UsageError(f"id {payload.id} is there twice", path=document.path)
                own.add(payload.id)
                found[payload.id] = payload
    return tuple(found.values())


def _payloads(document: Document) -> list[Payload]:
    read = validated(_File, document)
    made = []
    for index, entry in enumerate(read.payloads):
        wrong = _wrong(read.rule, entry)
        if wrong:
            raise UsageError(
                f"{entry.id}: {wrong}",
                path=document.path,
                line=document.line(("payloads", index)),
            )
        made.append(
            Payload(
                id=entry.id,
                rule=read.rule,
                context=entry.context,
                template=entry.template,
                control=entry.control,
                witness=ExpectedWitness(**dict(entry.witness)),
                encode=entry.encode,
                languages=entry.languages,
                priority=entry.priority,
                repeat={name: (r.text, r.times) for name, r in entry.repeat.items()},
                changes=read.changes if entry.changes is None else entry.changes,
                note=entry.note,
            )
        )
    return made


def _wrong(rule: str, entry: _Payload) -> str:
    if not entry.id.startswith(f"{rule}."):
        return f"its id must begin with {rule}."
    unknown = [name for name in entry.encode if name not in CODECS]
    if unknown:
        return f"no codec {unknown[0]!r}; known are {', '.join(CODECS)}"
    if entry.template == entry.control:
        return "its control is the payload itself; a control is harmless"
    return ""
