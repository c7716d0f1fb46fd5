"""Functions of a stack: code, runtime, environment, limits, role."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.discovery.code import Code
from harness.discovery.policies import granted
from harness.discovery.shapes import mapping, texts
from harness.discovery.stack import FUNCTIONS, Resource, Stack
from harness.discovery.triggers import Wiring
from harness.errors import UsageError
from harness.model import Function

# Defaults of Lambda where a template says nothing:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
_TIMEOUT_SECONDS = 3
_MEMORY_MB = 128
_EPHEMERAL_MB = 512


def functions(stack: Stack, wiring: Wiring, workdir: Path | None) -> Iterator[Function]:
    """Every function, of whatever runtime. Raises UsageError for missing code or handler."""
    code = Code(stack, workdir)
    for resource in stack.of_kind(*FUNCTIONS):
        yield _function(stack, resource, code, wiring)


def _function(stack: Stack, resource: Resource, code: Code, wiring: Wiring) -> Function:
    properties = resource.properties
    uri = properties.get("ImageUri") or mapping(properties.get("Code")).get("ImageUri")
    image = properties.get("PackageType") == "Image" or bool(uri)
    runtime = str(properties.get("Runtime") or "")
    folder, built, note = (None, False, "") if image else code.of_function(resource)
    layers, layer_notes = code.of_layers(resource)
    notes = [note, *layer_notes, *wiring.notes.get(resource.name, ())]
    if not image and not runtime:
        notes.append("no Runtime is declared")
    return Function(
        name=resource.name,
        runtime=runtime,
        handler="" if image else _handler(resource, runtime),
        code=folder,
        built=built,
        package="image" if image else "zip",
        image=code.of_image(resource) if image else None,
        environment=_environment(properties),
        timeout=_number(properties.get("Timeout"), _TIMEOUT_SECONDS),
        memory=_number(properties.get("MemorySize"), _MEMORY_MB),
        ephemeral_mb=_number(
            mapping(properties.get("EphemeralStorage")).get("Size"), _EPHEMERAL_MB
        ),
        architecture=(*texts(properties.get("Architectures") or "x86_64"), "x86_64")[0],
        triggers=wiring.triggers.get(resource.name, ()),
        policies=tuple(granted(stack, resource)),
        layers=layers,
        declared_in=stack.where(resource),
        notes=tuple(note for note in notes if note),
    )


def _handler(resource: Resource, runtime: str) -> str:
    """Custom runtimes are free to ignore it, so it may be missing there."""
    handler = str(resource.properties.get("Handler") or "")
    if not handler and not runtime.startswith("provided"):
        raise UsageError(
            f"function {resource.name} has no Handler",
            path=resource.path,
            line=resource.line,
            mend="add one, such as app.handler",
        )
    return handler


def _environment(properties: Mapping[str, Any]) -> dict[str, str]:
    variables = mapping(mapping(properties.get("Environment")).get("Variables"))
    return {str(name): _text(value) for name, value in variables.items()}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: Any, default: int) -> int:
    """Limits are whole numbers; a template may write them as text."""
    return int(value) if isinstance(value, int) or str(value).isdigit() else default
