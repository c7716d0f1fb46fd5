"""Arming: putting the payloads of trials into a seed's event, through every encoding on the way."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from harness.codecs import CODECS
from harness.codecs.base import CodecError
from harness.events.inject import AddressError
from harness.events.mutators import mutated
from harness.events.seed import Seed
from harness.model import Canary, InsertionPoint, Invocation, Payload, Trial


class Infeasible(ValueError):
    """The value can never arrive there: too long, of the wrong form, or not encodable."""


def make_trial(
    seed: Seed,
    point: InsertionPoint,
    payload: Payload,
    canary: Canary,
    facts: Mapping[str, str],
    mutations: tuple[str, ...] = (),
) -> Trial:
    """Render a payload for a point. Raises Infeasible when the service would not let it through."""
    base = base_value(seed, point)
    written = as_text(base)
    filled = {
        **facts,
        "canary": canary.token,
        "a": str(canary.a),
        "b": str(canary.b),
        "base": written,
        "scheme": first_word(written),
    }
    text = payload.render(filled)
    if isinstance(text, str):
        for name in mutations:
            text = mutated(name, text)
    return Trial(
        point=point,
        payload=payload,
        canary=canary,
        value=feasible(point, affixed(point, encoded(payload, text))),
        text=text,
        facts=filled,
        mutations=mutations,
        base=base,
    )


def control_value(trial: Trial, control: Canary) -> Any:
    """The harmless value of the same shape which stands where the trial's payload stood."""
    filled = dict(trial.facts) | {
        "canary": control.token,
        "a": str(control.a),
        "b": str(control.b),
    }
    value = encoded(trial.payload, trial.payload.render_control(filled))
    return feasible(trial.point, affixed(trial.point, value))


def base_value(seed: Seed, point: InsertionPoint) -> Any:
    """The benign value at a point; None when there is none."""
    try:
        return seed.read(point.address)
    except (AddressError, CodecError, KeyError):
        return None


def as_text(value: Any) -> str:
    """A benign value as text that a payload can be built around."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (dict, list)) or value is None:
        return ""
    return str(value)


def first_word(text: str) -> str:
    """The first word and its space ("Basic "), empty for a single word."""
    word, space, _ = text.partition(" ")
    return word + space if space else ""


def affixed(point: InsertionPoint, value: Any) -> Any:
    """A text with the beginning and the end that the handler was seen to ask for."""
    if not isinstance(value, str):
        return value
    if not value.startswith(point.prefix):
        value = point.prefix + value
    return value if value.endswith(point.suffix) else value + point.suffix


def encoded(payload: Payload, value: Any) -> Any:
    """Apply the payload's own codecs, outermost last."""
    for name in payload.encode:
        try:
            value = CODECS[name].encode(value, None)
        except CodecError as error:
            raise Infeasible(f"{payload.id}: {error}") from error
    return value


def feasible(point: InsertionPoint, value: Any) -> Any:
    """The value itself when the service lets it through the point; else raises Infeasible."""
    if not point.json and not isinstance(value, (str, bytes)):
        raise Infeasible(f"{point}: only text arrives there")
    return _let_through(point, value)


def _let_through(point: InsertionPoint, value: Any) -> Any:
    if point.max_bytes is not None and isinstance(value, (str, bytes)):
        size = len(value.encode("utf-8", "surrogatepass")) if isinstance(value, str) else len(value)
        if size > point.max_bytes:
            raise Infeasible(f"{point}: {size} bytes, at most {point.max_bytes} arrive")
    if (
        point.pattern is not None
        and isinstance(value, str)
        and re.fullmatch(point.pattern, value, re.DOTALL) is None
    ):
        raise Infeasible(f"{point}: the service only lets {point.pattern} through")
    return value


def arm(seed: Seed, trials: Sequence[Trial]) -> Invocation:
    """The seed's event carrying all the trials, each at its own point. Raises Infeasible."""
    return _filled(seed, [(trial.point, trial.value) for trial in trials], tuple(trials))


def arm_control(seed: Seed, values: Sequence[tuple[InsertionPoint, Any]]) -> Invocation:
    """The seed's event with harmless values at the points, carrying no trial."""
    return _filled(seed, values, ())


def _filled(
    seed: Seed, values: Sequence[tuple[InsertionPoint, Any]], trials: tuple[Trial, ...]
) -> Invocation:
    try:
        filled = seed.written_all(
            [
                (address, value)
                for point, value in values
                for address in (point.address, *point.mirrors)
            ]
        )
        for point, _ in values:
            carrier = point.carrier
            while carrier is not None:
                _let_through(carrier, filled.read(carrier.address))
                carrier = carrier.carrier
    except (CodecError, AddressError) as error:
        raise Infeasible(f"{', '.join(str(point) for point, _ in values)}: {error}") from error
    return Invocation(
        function=seed.function,
        trigger=seed.trigger,
        template=seed.template,
        event=filled.event,
        state=filled.state,
        trials=trials,
        records=seed.records,
    )
