"""Triggers: from SAM events and from plain resources, in one vocabulary (SAM's event types)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.discovery.plain import plain_triggers
from harness.discovery.sam_events import sam_triggers
from harness.discovery.stack import Stack
from harness.discovery.words import Declared
from harness.model import EventTemplate, Trigger


@dataclass(slots=True)
class Wiring:
    """What was found: triggers and notes by function, and (source, function, how) edges."""

    triggers: dict[str, tuple[Trigger, ...]] = field(default_factory=dict)
    notes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    edges: list[tuple[str, str, str]] = field(default_factory=list)


def wire(stack: Stack, templates: Sequence[EventTemplate]) -> Wiring:
    """Every trigger of every function, each with the event template that claims it."""
    wiring = Wiring()
    for function, declared in _declared(stack):
        template = claimed(declared.words, templates)
        if declared.source is not None:
            wiring.edges.append((declared.source, function, declared.words["sam"]))
        if template is None:
            words = ", ".join(f"{k} {v}" for k, v in declared.words.items())
            note = f"no event template claims this trigger: {words}"
            wiring.notes[function] = (*wiring.notes.get(function, ()), note)
            continue
        trigger = Trigger(
            template=template.id,
            source=declared.source,
            facts=declared.facts,
            batch_size=declared.batch_size,
        )
        known = wiring.triggers.get(function, ())
        if trigger not in known:
            wiring.triggers[function] = (*known, trigger)
    return wiring


def _declared(stack: Stack) -> Iterator[tuple[str, Declared]]:
    yield from sam_triggers(stack)
    yield from plain_triggers(stack)


def claimed(words: Mapping[str, str], templates: Sequence[EventTemplate]) -> EventTemplate | None:
    """The template with the most specific declaration all of whose words agree."""
    best: tuple[int, EventTemplate] | None = None
    for template in templates:
        for claim in template.declared:
            if all(words.get(key) == value for key, value in claim.items()) and (
                best is None or len(claim) > best[0]
            ):
                best = (len(claim), template)
    return best[1] if best else None
