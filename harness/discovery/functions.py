"""Functions of a stack: code, runtime, environment, limits, role."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.discovery.policies import role_statements, statements
from harness.discovery.stack import FUNCTIONS, Resource, Stack
from harness.errors import UsageError
from harness.model import Function, Trigger


def functions(
    stack: Stack,
    triggers: Mapping[str, tuple[Trigger, ...]],
    notes: Mapping[str, tuple[str, ...]],
    built: Mapping[str, Path],
) -> Iterator[Function]:
    """Every function. Raises UsageError for code or a handler that is missing."""
    for resource in stack.of_kind(*FUNCTIONS):
        properties = resource.properties
        image = properties.get("PackageType") == "Image" or "ImageUri" in properties
        handler = str(properties.get("Handler", ""))
        code: Path | None = None
        if not image:
            runtime = str(properties.get("Runtime", ""))
            if not handler and not runtime.startswith("provided"):
                raise UsageError(
                    f"function {resource.name} has no Handler",
                    path=stack.path,
                    line=resource.line,
                    mend="add one, such as app.handler",
                )
            code = built.get(resource.name) or _code(stack, resource)
        yield Function(
            name=resource.name,
            runtime=str(properties.get("Runtime", "")),
            handler=handler,
            code=code,
            built=resource.name in built,
            package="image" if image else "zip",
            environment=_environment(properties),
            timeout=_number(properties.get("Timeout"), 3),
            memory=_number(properties.get("MemorySize"), 128),
            ephemeral_mb=_number((properties.get("EphemeralStorage") or {}).get("Size"), 512),
            architecture=str((properties.get("Architectures") or ["x86_64"])[0]),
            triggers=triggers.get(resource.name, ()),
            policies=tuple(_policies(stack, properties)),
            layers=tuple(_layers(stack, properties)),
            declared_in=stack.where(resource),
            notes=notes.get(resource.name, ()),
        )


def _code(stack: Stack, resource: Resource) -> Path:
    properties = resource.properties
    uri = properties.get("CodeUri", properties.get("Code", "."))
    inline = properties.get("InlineCode")
    if isinstance(uri, dict):
        inline = inline or uri.get("ZipFile")
        if "S3Bucket" in uri or "Bucket" in uri:
            return _missing(stack, resource, "its code is in S3")
    if isinstance(inline, str):
        return _inline(inline, str(properties.get("Handler", "index.handler")))
    folder = (stack.path.parent / str(uri)).resolve()
    if str(uri).startswith("s3://"):
        return _missing(stack, resource, "its code is in S3")
    if not folder.is_dir():
        mend = "run `sam build`" if ".aws-sam" in folder.parts else "correct CodeUri"
        raise UsageError(
            f"function {resource.name}: its code folder {uri} is not there",
            path=stack.path,
            line=resource.line,
            mend=mend,
        )
    return folder


def _missing(stack: Stack, resource: Resource, why: str) -> Path:
    raise UsageError(
        f"function {resource.name}: {why}",
        path=stack.path,
        line=resource.line,
        mend="point CodeUri (or Code) at a local folder",
    )


def _inline(text: str, handler: str) -> Path:
    """Inline code as a folder, so that it is run as any other."""
    folder = Path(tempfile.mkdtemp(prefix="faasfuzz-inline-"))
    (folder / f"{handler.rpartition('.')[0] or 'index'}.py").write_text(text, encoding="utf-8")
    return folder


def _environment(properties: Mapping[str, Any]) -> dict[str, str]:
    variables = (properties.get("Environment") or {}).get("Variables") or {}
    return {str(name): _text(value) for name, value in variables.items()}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _policies(stack: Stack, properties: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if properties.get("Policies"):
        yield from statements(properties["Policies"])
    role = stack.by_value(properties["Role"]) if "Role" in properties else None
    if role is not None:
        yield from role_statements(role.properties)


def _layers(stack: Stack, properties: Mapping[str, Any]) -> Iterator[Path]:
    for layer in properties.get("Layers") or []:
        resource = stack.by_value(layer)
        if resource is None:
            continue
        content = resource.properties.get("ContentUri", resource.properties.get("Content"))
        if isinstance(content, str):
            folder = (stack.path.parent / content).resolve()
            if folder.is_dir():
                yield folder


def _number(value: Any, default: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return default
