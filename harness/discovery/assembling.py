"""A stack becomes an Application: what all sources end with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from harness.discovery.edges import edges
from harness.discovery.functions import functions
from harness.discovery.parameters import ACCOUNT, REGION
from harness.discovery.stack import FUNCTIONS, Stack
from harness.discovery.triggers import wire
from harness.model import Application, EventTemplate, ResolvedResource


def application(
    stack: Stack,
    templates: Sequence[EventTemplate],
    workdir: Path | None,
    notes: Iterable[str] = (),
) -> Application:
    """The functions of a stack, what triggers them, and what they write to. Raises UsageError."""
    wiring = wire(stack, templates)
    found = tuple(functions(stack, wiring, workdir))
    return Application(
        name=stack.name,
        source=stack.path,
        functions=found,
        resources=tuple(
            ResolvedResource(
                name=resource.name,
                kind=resource.kind,
                physical=resource.physical,
                arn=resource.arn,
                properties=resource.properties,
            )
            for resource in stack.resources.values()
            if resource.kind not in FUNCTIONS
        ),
        edges=tuple(dict.fromkeys((*wiring.edges, *edges(stack, found)))),
        notes=tuple(dict.fromkeys((*notes, *stack.resolver.notes))),
        region=REGION,
        account=ACCOUNT,
    )


def renamed(made: Application, names: Mapping[str, str]) -> Application:
    """An application in which logical ids give way to the names that its own source uses."""
    return replace(
        made,
        functions=tuple(
            replace(
                function,
                name=names.get(function.name, function.name),
                triggers=tuple(
                    replace(t, source=names.get(t.source or "", t.source))
                    for t in function.triggers
                ),
            )
            for function in made.functions
        ),
        resources=tuple(replace(r, name=names.get(r.name, r.name)) for r in made.resources),
        edges=tuple(
            replace(e, origin=names.get(e.origin, e.origin), to=names.get(e.to, e.to))
            for e in made.edges
        ),
    )
