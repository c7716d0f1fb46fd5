"""Triggers: from SAM events and from plain resources, in one vocabulary (SAM's event types)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.discovery.apis import api_triggers
from harness.discovery.fronts import front_triggers
from harness.discovery.permissions import permitted_triggers
from harness.discovery.sam_events import sam_triggers
from harness.discovery.schemas import Schemas
from harness.discovery.services import service_triggers
from harness.discovery.stack import Stack
from harness.model import Edge, EventTemplate, Trigger

# Where triggers are declared: a new kind of declaration is a line here.
_READERS = (sam_triggers, service_triggers, api_triggers, front_triggers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """Triggers and notes by function, and the edges from what triggers to what is triggered."""

    triggers: Mapping[str, tuple[Trigger, ...]]
    notes: Mapping[str, tuple[str, ...]]
    edges: tuple[Edge, ...]


def wire(stack: Stack, templates: Sequence[EventTemplate]) -> Wiring:
    """Every trigger of every function, each with the event template that claims it.

    A trigger that no template claims is left out, and a note of its function says so.
    """
    found = [pair for reader in _READERS for pair in reader(stack)]
    found.extend(permitted_triggers(stack, frozenset(name for name, _ in found)))
    triggers: dict[str, tuple[Trigger, ...]] = {}
    notes: dict[str, tuple[str, ...]] = {}
    edges = []
    schemas = Schemas(stack)
    for function, declared in found:
        if declared.source is not None:
            edges.append(Edge(origin=declared.source, to=function, via=declared.words["sam"]))
        claimed = claimants(declared.words, templates)
        if not claimed:
            note = unclaimed(declared.words)
            if note not in notes.get(function, ()):
                notes[function] = (*notes.get(function, ()), note)
            continue
        for template in claimed:
            trigger = Trigger(
                template=template.id,
                source=declared.source,
                facts={**schemas.facts(declared), **declared.facts},
                batch_size=declared.batch_size,
            )
            if not any(_same(trigger, other) for other in triggers.get(function, ())):
                triggers[function] = (*triggers.get(function, ()), trigger)
    return Wiring(triggers=triggers, notes=notes, edges=tuple(edges))


def claimant(words: Mapping[str, str], templates: Sequence[EventTemplate]) -> EventTemplate | None:
    """The template with the most specific declaration all of whose words agree."""
    return next(iter(claimants(words, templates)), None)


def claimants(
    words: Mapping[str, str], templates: Sequence[EventTemplate]
) -> tuple[EventTemplate, ...]:
    """The template that claims a trigger, and those of what its service sends there as well.

    The latter make the same claim with a word more, `also`, whose value says what they are.
    """
    claims = [
        (claim, template)
        for template in templates
        for claim in template.declared
        if claim and all(words.get(key) == value for key, value in claim.items())
    ]
    if not claims:
        return ()
    best, first = max(claims, key=lambda claim: len(claim[0]))
    besides = (
        template
        for template in templates
        for claim in template.declared
        if "also" in claim and {k: v for k, v in claim.items() if k != "also"} == dict(best)
    )
    return (first, *besides)


def _same(one: Trigger, other: Trigger) -> bool:
    """Whether two say the same.

    A route may stand in an OpenAPI document, which is not asked for its authorizers, and under the
    function's Events; a rule may let several events of one form through.
    """
    rules = (one.facts.get("rule_arn"), other.facts.get("rule_arn"))
    if one.template == other.template and rules[0] and rules[0] == rules[1]:
        return one.source == other.source
    facts = [{**t.facts, "authorization": ""} for t in (one, other)]
    return (one.template, one.source) == (other.template, other.source) and facts[0] == facts[1]


def unclaimed(words: Mapping[str, str]) -> str:
    """The note on a trigger that no template claims; `words` name its type first."""
    kind, *more = words.values()
    names = [f"{key} {value}" for key, value in list(words.items())[1:]]
    told = kind + (f" ({', '.join(names)})" if more else "")
    return f"no event template claims its trigger {told}; not tested"
