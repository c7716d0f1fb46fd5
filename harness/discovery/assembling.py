"""A stack becomes an Application: what all sources end with."""

from collections.abc import Iterable, Sequence
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
