"""Event templates: `event_templates/<provider>/<service>/<name>.yaml`."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from harness.catalogue.contracts import contract, contract_names, json_schema
from harness.catalogue.loading import Document, Strict, documents, validated
from harness.codecs import CODECS, CodecError
from harness.errors import UsageError
from harness.model import (
    Address,
    AttackerControl,
    BatchShape,
    Binding,
    Delivery,
    EventTemplate,
    InsertionPoint,
    OpenContainer,
    ResponseContract,
    StateItem,
)


def _address(text: str) -> str:
    address = Address.parse(text)
    for kind, name in address.steps:
        if kind == "codec" and name not in CODECS:
            raise ValueError(f"no codec {name!r}; known are {', '.join(CODECS)}")
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


AddressText = Annotated[str, AfterValidator(_address)]
PatternText = Annotated[str, AfterValidator(_pattern)]
JsonSchema = Annotated[dict[str, Any], AfterValidator(json_schema)]


class _Point(Strict):
    address: AddressText
    control: AttackerControl
    max_bytes: int | None = Field(None, gt=0)
    pattern: PatternText | None = None
    mirrors: tuple[AddressText, ...] = ()
    json_value: bool = Field(False, alias="json")
    note: str = ""


class _Open(Strict):
    address: AddressText
    value: Any = "sample"
    point: AddressText = ""
    mirrors: tuple[str, ...] = ()
    control: AttackerControl = AttackerControl.ANYONE
    json_value: bool = Field(False, alias="json")
    max_bytes: int | None = Field(None, gt=0)
    pattern: PatternText | None = None


class _Binding(Strict):
    address: AddressText
    form: str


class _State(Strict):
    name: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    kind: Literal["s3-object", "dynamodb-item"]
    at: dict[str, AddressText]
    value: dict[str, Any]


class _Batch(Strict):
    records: AddressText
    maximum: int = Field(gt=0)
    default: int = Field(1, gt=0)


class _Delivery(Strict):
    service: str
    operation: str
    match: dict[str, AddressText] = Field(default_factory=dict)
    starts: dict[str, AddressText] = Field(default_factory=dict)
    ends: dict[str, AddressText] = Field(default_factory=dict)
    each: AddressText | None = None
    copied: dict[AddressText, AddressText] = Field(alias="copy")
    keys: AddressText | None = None


class _Response(Strict):
    kind: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    visible: bool
    own_schema: JsonSchema | None = Field(None, alias="schema")

    @model_validator(mode="after")
    def _known(self) -> "_Response":
        if self.own_schema is None and self.kind not in contract_names():
            known = ", ".join(contract_names())
            raise ValueError(f"no contract {self.kind!r} and no schema; known are {known}")
        return self


class _Template(Strict):
    id: str = Field(pattern=r"^[a-z0-9]+(\.[a-z0-9-]+)+$")
    provider: str
    service: str
    title: str
    source: str = Field(pattern=r"^https://")
    event: Any
    encode: tuple[AddressText, ...] = ()
    insertion_points: tuple[_Point, ...] = ()
    open: tuple[_Open, ...] = ()
    bindings: tuple[_Binding, ...] = ()
    state: tuple[_State, ...] = ()
    batch: _Batch | None = None
    delivery: tuple[_Delivery, ...] = ()
    response: _Response
    declared: tuple[dict[str, str], ...] = ()
    notes: str = ""


def load_templates(*folders: Path) -> tuple[EventTemplate, ...]:
    """Every template below the folders; a later folder's entry replaces an earlier one's by id.

    Raises UsageError for a file that is wrong, and for an id that one folder has twice.
    """
    found: dict[str, EventTemplate] = {}
    for folder in folders:
        own: dict[str, Path] = {}
        for document in documents([folder]):
            template = _template(document)
            if template.id in own:
                raise UsageError(
                    f"id {template.id} is also in {own[template.id]}",
                    path=document.path,
                    line=document.line(("id",)),
                    mend="give it another id",
                )
            own[template.id] = document.path
            found[template.id] = template
    return tuple(found.values())


def _template(document: Document) -> EventTemplate:
    read = validated(_Template, document)
    states = {item.name for item in read.state}
    parts: dict[str, tuple[_Point | _Open, ...]] = {
        "insertion_points": read.insertion_points,
        "open": read.open,
    }
    for part, places in parts.items():
        for index, place in enumerate(places):
            state = Address.parse(place.address).state
            if state is not None and state not in states:
                raise UsageError(
                    f"{part}.{index}: no state item {state!r}",
                    path=document.path,
                    line=document.line((part, index)),
                )
    return EventTemplate(
        id=read.id,
        provider=read.provider,
        service=read.service,
        title=read.title,
        source=read.source,
        event=_encoded(document, read),
        points=tuple(
            InsertionPoint(
                address=Address.parse(p.address),
                control=p.control,
                max_bytes=p.max_bytes,
                pattern=p.pattern,
                mirrors=tuple(Address.parse(m) for m in p.mirrors),
                json=p.json_value,
                note=p.note,
            )
            for p in read.insertion_points
        ),
        open=tuple(
            OpenContainer(
                address=Address.parse(o.address),
                value=o.value,
                point=o.point,
                mirrors=o.mirrors,
                control=o.control,
                json=o.json_value,
                max_bytes=o.max_bytes,
                pattern=o.pattern,
            )
            for o in read.open
        ),
        bindings=tuple(
            Binding(address=Address.parse(b.address), form=b.form) for b in read.bindings
        ),
        state=tuple(
            StateItem(
                name=s.name,
                kind=s.kind,
                at={name: Address.parse(text) for name, text in s.at.items()},
                value=s.value,
            )
            for s in read.state
        ),
        batch=BatchShape(
            records=Address.parse(read.batch.records),
            maximum=read.batch.maximum,
            default=read.batch.default,
        )
        if read.batch
        else None,
        response=ResponseContract(
            kind=read.response.kind,
            visible=read.response.visible,
            schema=read.response.own_schema
            if read.response.own_schema is not None
            else contract(read.response.kind),
        ),
        delivery=tuple(_delivery(item) for item in read.delivery),
        declared=read.declared,
        notes=read.notes,
    )


def _delivery(read: _Delivery) -> Delivery:
    def parsed(texts: dict[str, str]) -> dict[str, Address]:
        return {name: Address.parse(text) for name, text in texts.items()}

    return Delivery(
        service=read.service,
        operation=read.operation,
        match=parsed(read.match),
        starts=parsed(read.starts),
        ends=parsed(read.ends),
        each=None if read.each is None else Address.parse(read.each),
        copy=tuple((Address.parse(to), Address.parse(at)) for to, at in read.copied.items()),
        keys=None if read.keys is None else Address.parse(read.keys),
    )


def _encoded(document: Document, read: _Template) -> Any:
    """The event in the form in which it is sent.

    A file may hold a carrier decoded, so that people can read it; `encode` lists such places with
    the encodings to apply, the innermost carrier first: `/Records/0/body!json`.
    """
    event = read.event
    for index, text in enumerate(read.encode):
        steps = Address.parse(text).steps
        keys = [name for kind, name in steps if kind == "key"]
        codecs = [name for kind, name in steps[len(keys) :]]
        try:
            if [kind for kind, _ in steps[: len(keys)]] != ["key"] * len(keys):
                raise ValueError("the encodings stand at the address's end")
            event = _carried(event, keys, codecs)
        except (CodecError, LookupError, TypeError, ValueError) as error:
            raise UsageError(
                f"encode.{index}: {text}: {error}",
                path=document.path,
                line=document.line(("encode", index)),
            ) from error
    return event


def _carried(value: Any, keys: list[str], codecs: list[str]) -> Any:
    if not keys:
        for name in reversed(codecs):
            value = CODECS[name].encode(value, None)
        return value
    first, rest = keys[0], keys[1:]
    if isinstance(value, list):
        place = int(first)
        return [*value[:place], _carried(value[place], rest, codecs), *value[place + 1 :]]
    return {**value, first: _carried(value[first], rest, codecs)}
