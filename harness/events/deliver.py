"""The event that the cloud makes after an AWS call, as the templates' `delivery` keys say."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.codecs.base import CodecError
from harness.events import inject
from harness.events.seed import Seed, make_seed
from harness.model import Address, AwsCall, Delivery, EventTemplate, Function, Trigger

_WRONG = (inject.AddressError, CodecError, KeyError, TypeError, ValueError)


def delivered(
    call: AwsCall, function: Function, trigger: Trigger, template: EventTemplate
) -> Iterator[Seed]:
    """The events that a call causes at one trigger of a function; none for most calls.

    They hold what the call sent; their state is in the cloud already.
    """
    if call.error is not None:
        return
    for delivery in template.delivery:
        if (delivery.service, delivery.operation) != (call.service, call.operation):
            continue
        told = {**call.parameters, "@rows": call.rows} if call.rows else call.parameters
        for entry in _entries(delivery, told):
            if _concerns(delivery, trigger.facts, entry):
                seed = _filled(delivery, make_seed(template, trigger, function), entry)
                if seed is not None:
                    yield seed


def _entries(delivery: Delivery, parameters: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The parts of a call that are delivered one by one; each also has its parameters."""
    if delivery.each is None:
        yield parameters
        return
    entries = _read(parameters, delivery.each)
    for entry in entries if isinstance(entries, (list, tuple)) else ():
        if isinstance(entry, Mapping):
            yield {**parameters, **entry}


def _concerns(delivery: Delivery, facts: Mapping[str, str], entry: Mapping[str, Any]) -> bool:
    """Whether the call went to what the trigger listens to; at least one fact must say so."""
    matched = 0
    for fact, address in delivery.match.items():
        value = _read(entry, address)
        if fact not in facts or value is None:
            continue
        if _tail(facts[fact]) != _tail(str(value)):
            return False
        matched += 1
    return (
        matched > 0
        and all(
            str(_read(entry, address)).startswith(facts.get(fact, ""))
            for fact, address in delivery.starts.items()
        )
        and all(
            str(_read(entry, address)).endswith(facts.get(fact, ""))
            for fact, address in delivery.ends.items()
        )
    )


def _filled(delivery: Delivery, seed: Seed, entry: Mapping[str, Any]) -> Seed | None:
    for to, at in delivery.copy:
        value = _read(entry, at)
        if value is None:
            continue
        try:
            seed = seed.written(to, value)
        except _WRONG:
            return None
    if delivery.keys is not None:
        names = _key_names(seed.trigger.facts.get("keys_json", ""))
        image = seed.read(delivery.keys)
        if names and isinstance(image, dict):
            seed = seed.written(delivery.keys, {k: v for k, v in image.items() if k in names})
    return seed


def _key_names(described: str) -> frozenset[str]:
    try:
        return frozenset(key["AttributeName"] for key in json.loads(described)["KeySchema"])
    except _WRONG:
        return frozenset()


def _read(entry: Mapping[str, Any], address: Address) -> Any:
    """What is at an address of a call's parameters; None when nothing is."""
    try:
        return inject.read(entry, address)
    except _WRONG:
        return None


def _tail(name: str) -> str:
    """The last part of a name, an ARN or a URL."""
    return name.rstrip("/").replace("/", ":").rsplit(":", 1)[-1]
