"""Event templates and the places in an event which an attacker can write to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

_STEP = re.compile(r"!([a-z0-9-]+)|/([^/!]*)")


class AttackerControl(StrEnum):
    """Who can write to an insertion point, from the widest circle to the narrowest."""

    ANYONE = "anyone"
    TENANT = "tenant"
    SERVICE = "service"
    OPERATOR = "operator"


@dataclass(frozen=True)  # no slots: the text is kept
class Address:
    """Where in an event a value lives: JSON Pointer segments and codec steps, in reading order.

    Text form: a JSON Pointer (RFC 6901) in which `!codec` decodes the value reached so far and
    further pointer segments walk into what it held: `/Records/0/body!json/invoice!base64`.
    Inside a segment `~0` is `~`, `~1` is `/` and `~2` is `!`. A leading `@name` roots the address
    in a state item of the template (`@object/body`) instead of the event.

    `steps` is a tuple of ("key", segment) and ("codec", name).
    """

    steps: tuple[tuple[str, str], ...]
    state: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Raise ValueError when `text` is no address."""
        state = None
        rest = text
        if rest.startswith("@"):
            match = re.match(r"@([a-z][a-z0-9-]*)", rest)
            if match is None:
                raise ValueError(f"{text!r}: a state address looks like @object/body")
            state, rest = match.group(1), rest[match.end() :]
        steps: list[tuple[str, str]] = []
        at = 0
        while at < len(rest):
            match = _STEP.match(rest, at)
            if match is None:
                raise ValueError(f"{text!r}: expected '/segment' or '!codec' at {rest[at:]!r}")
            codec, key = match.groups()
            steps.append(("codec", codec) if codec is not None else ("key", _unescape(key)))
            at = match.end()
        return cls(tuple(steps), state)

    def key(self, segment: str | int) -> "Address":
        """This address, one segment deeper."""
        return Address((*self.steps, ("key", str(segment))), self.state)

    def decoded(self, codec: str) -> "Address":
        """This address, one codec deeper."""
        return Address((*self.steps, ("codec", codec)), self.state)

    def __str__(self) -> str:
        return self._text

    @cached_property
    def _text(self) -> str:
        root = f"@{self.state}" if self.state else ""
        return root + "".join(
            f"!{value}" if kind == "codec" else f"/{_escape(value)}" for kind, value in self.steps
        )


def _escape(segment: str) -> str:
    return segment.replace("~", "~0").replace("/", "~1").replace("!", "~2")


def _unescape(segment: str) -> str:
    return segment.replace("~2", "!").replace("~1", "/").replace("~0", "~")


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertionPoint:
    """A place in an event that an attacker can write to.

    `max_bytes` and `pattern` are what the service lets through (an S3 key has at most 1024 bytes):
    a value outside them can never arrive, so it is never sent. `learnt` marks points which shape
    learning added to the template's own. `mirrors` are the other places where the service repeats
    the same value. `json` says that any JSON value can stand there, not only text.
    `prefix` and `suffix` were learnt to be asked for: a text without them is given them. `carrier`
    is the point whose text holds this one, encoded: what the service lets through is said of that.
    """

    address: Address
    control: AttackerControl = AttackerControl.ANYONE
    max_bytes: int | None = None
    pattern: str | None = None
    learnt: bool = False
    mirrors: tuple[Address, ...] = ()
    json: bool = False
    prefix: str = ""
    suffix: str = ""
    note: str = ""
    carrier: "InsertionPoint | None" = None

    def __str__(self) -> str:
        return str(self.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenContainer:
    """A mapping of the event in which whoever causes the event may add fields of their own.

    A field learnt to be read there gets `value` (a benign value in the carrier's form, such as
    `{"S": "sample"}` in a DynamoDB image); its insertion point lies at `point`, a pointer inside
    that value. `mirrors` are address texts in which `{key}` stands for the field's name. Whatever
    a text point holds in JSON or another structured codec is open without saying so. `json` says
    that fields there hold any JSON value, not only text; `max_bytes` and `pattern` what of each the
    service lets through, as of an InsertionPoint.
    """

    address: Address
    value: Any = "sample"
    point: str = ""
    mirrors: tuple[str, ...] = ()
    control: AttackerControl = AttackerControl.ANYONE
    json: bool = False
    max_bytes: int | None = None
    pattern: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """Copies a fact of the trigger (`Trigger.facts[fact]`) into the event at `address`.

    `form` is a text in which `{fact}` names stand for facts: `arn:aws:s3:::{bucket}`. A binding
    whose facts are not all known leaves the template's own value.
    """

    address: Address
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateItem:
    """Something that exists in the cloud together with the event.

    kind `s3-object`: `at` has addresses `bucket` and `key` into the event; `value` has `body`
    (text) and optionally `metadata`. kind `dynamodb-item`: `at` has `table`; `value` is the plain
    item. Insertion points reach into `value` by `@name/body`.
    """

    name: str
    kind: str
    at: Mapping[str, Address]
    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchShape:
    """How records repeat: `records` is the address of the list, `maximum` the service's limit.

    `default` is how many records the service sends at most when nobody configured a batch size.
    """

    records: Address
    maximum: int
    default: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An AWS call after which the cloud makes an event of the template's kind.

    `match`, `starts` and `ends` tell which calls concern a trigger: the fact of that name equals
    (by its last part, as an ARN and a name mean the same), starts or ends what is at an address
    in the call's parameters. Facts that the trigger has not do not restrict. `each` is the list of
    a call that delivers several (`/@rows`: what it left in a table); the addresses then start at
    one entry. `copy` tells where in the event stands what was where in the parameters. `keys` is a
    mapping in the event of which only the table's keys are kept.
    """

    service: str
    operation: str
    match: Mapping[str, Address] = field(default_factory=dict)
    starts: Mapping[str, Address] = field(default_factory=dict)
    ends: Mapping[str, Address] = field(default_factory=dict)
    each: Address | None = None
    copy: tuple[tuple[Address, Address], ...] = ()
    keys: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseContract:
    """What the trigger's service does with the answer.

    `kind` names a contract of `harness/contracts/`, or one of the template's own. `visible` is True
    when whoever caused the event gets to see (a form of) the answer. `schema` is a JSON Schema
    (draft 2020-12) of the answers which the service accepts; the empty schema accepts all.
    """

    kind: str
    visible: bool
    schema: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventTemplate:
    """A realistic event of one trigger type and all that is known about it."""

    id: str
    provider: str
    service: str
    title: str
    source: str
    event: Mapping[str, Any]
    points: tuple[InsertionPoint, ...]
    response: ResponseContract
    bindings: tuple[Binding, ...] = ()
    state: tuple[StateItem, ...] = ()
    batch: BatchShape | None = None
    open: tuple[OpenContainer, ...] = ()
    delivery: tuple[Delivery, ...] = ()
    declared: tuple[Mapping[str, str], ...] = field(default_factory=tuple)
    notes: str = ""
