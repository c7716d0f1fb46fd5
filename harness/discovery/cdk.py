"""CDK cloud assemblies: what `cdk synth` writes to `cdk.out`.

https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/cloud-assembly-schema/README.md
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.discovery.assembling import application, renamed
from harness.discovery.compose import NESTED, Part, composed
from harness.discovery.loading import glance, load_document, load_template
from harness.discovery.shapes import mapping, texts
from harness.discovery.stack import Stack
from harness.errors import UsageError
from harness.model import Application, EventTemplate

_HASH = re.compile(r"[0-9a-f]{64}")
_CODE = {"AWS::Lambda::Function": "Code", "AWS::Lambda::LayerVersion": "Content"}
# Functions that constructs of the CDK bring along, by their logical ids: nobody's own code.
_BROUGHT = re.compile(
    r"BucketNotificationsHandler[0-9a-f]{32}|LogRetention[0-9a-f]{32}|AWS[0-9a-f]{32}"
    r"|Custom\w+CustomResourceProviderHandler|CustomCDKBucketDeployment|framework\w*[0-9A-F]{8}$"
)
_MEND = "run `cdk synth` again"


@dataclass(frozen=True, slots=True)
class _Deployed:
    """A stack of the assembly: its name, its template, and the arguments of its parameters.

    `shown` is its path among the constructs (`Prod/Orders`).
    """

    name: str
    shown: str
    template: Path
    arguments: Mapping[str, Any]


class Cdk:
    """Cloud assemblies, with nested ones, nested stacks, and assets as the functions' code."""

    names = ("cdk.out/manifest.json", "manifest.json")

    def recognises(self, path: Path) -> bool:
        """See Source.recognises; a stack's template in an assembly is that stack alone."""
        manifest = path.parent / "manifest.json"
        if path != manifest and not path.name.endswith(".template.json"):
            return False
        return '"artifacts"' in glance(manifest)

    def load(
        self,
        path: Path,
        *,
        parameters: Mapping[str, str],
        templates: Sequence[EventTemplate],
        workdir: Path | None,
    ) -> Application:
        """See Source.load."""
        deployed = list(_stacks(path.parent / "manifest.json"))
        if path.name != "manifest.json":
            deployed = [stack for stack in deployed if stack.template == path]
        if not deployed:
            raise UsageError("there are no stacks in the assembly", path=path, mend=_MEND)
        assets = dict(_assets(path.parent))
        loaded = [_with_assets(stack.template, assets) for stack in deployed]
        whole = composed(
            [
                Part(
                    template=template,
                    path=stack.template,
                    prefix=_prefix(stack, template, loaded),
                    given=stack.arguments,
                    values={
                        **parameters,
                        **{str(k): ",".join(texts(v)) for k, v in stack.arguments.items()},
                    },
                )
                for stack, template in zip(deployed, loaded, strict=True)
            ],
            root=path,
            load=lambda file: _with_assets(file, assets),
        )
        stack = Stack(whole.template, path, parameters, whole.origins)
        made = application(stack, templates, workdir, whole.notes)
        own = tuple(f for f in made.functions if not _BROUGHT.search(f.name))
        left = [f.name for f in made.functions if f not in own]
        notes = [f"{name} is the CDK's own and not tested" for name in left]
        edges = tuple(e for e in made.edges if e.origin not in left and e.to not in left)
        made = replace(made, functions=own, edges=edges, notes=(*made.notes, *notes))
        resources = whole.template["Resources"]
        return renamed(made, _names({f.name: resources[f.name] for f in own}, deployed))


def _stacks(manifest: Path) -> Iterator[_Deployed]:
    """The stacks of an assembly, and of the assemblies (stages) in it."""
    for name, artifact in mapping(load_document(manifest).get("artifacts")).items():
        properties = mapping(mapping(artifact).get("properties"))
        kind = mapping(artifact).get("type")
        if kind == "aws:cloudformation:stack":
            file = manifest.parent / str(properties.get("templateFile"))
            if not file.is_file():
                raise UsageError(
                    f"stack {name}: {file.name} is not there", path=manifest, mend=_MEND
                )
            shown = str(mapping(artifact).get("displayName") or name)
            yield _Deployed(str(name), shown, file, mapping(properties.get("parameters")))
        elif kind == "cdk:cloud-assembly":
            inner = manifest.parent / str(properties.get("directoryName")) / "manifest.json"
            if not inner.is_file():
                raise UsageError(f"assembly {name} is not there", path=manifest, mend=_MEND)
            yield from _stacks(inner)


def _assets(folder: Path) -> Iterator[tuple[str, Path]]:
    """Files and folders by the hash under which templates name them, in all of an assembly."""
    for file in sorted(folder.rglob("*.assets.json")):
        for hash, asset in mapping(load_document(file).get("files")).items():
            source = mapping(mapping(asset).get("source")).get("path")
            if isinstance(source, str):
                yield str(hash), (file.parent / source).resolve()


def _with_assets(file: Path, assets: Mapping[str, Path]) -> dict[str, Any]:
    """A template in which code and nested templates are named by where they lie.

    Raises UsageError.
    """
    template = load_template(file)
    for resource in template["Resources"].values():
        kind = str(mapping(resource).get("Type"))
        key = _CODE.get(kind) or NESTED.get(kind)
        properties = mapping(mapping(resource).get("Properties"))
        if key is None or key not in properties:
            continue
        found = _HASH.search(json.dumps(properties[key]))
        if found is not None and found.group(0) in assets:
            properties[key] = str(assets[found.group(0)])  # type: ignore[index]
    return template


def _names(functions: Mapping[str, Any], stacks: Sequence[_Deployed]) -> dict[str, str]:
    """Functions' paths among the constructs below their stack (`Inner.Worker`), by logical id.

    With the stack before it where that is not one; without a name where the paths are not known.
    """
    inside: dict[str, str] = {}
    whole: dict[str, str] = {}
    for name, resource in functions.items():
        path = mapping(mapping(resource).get("Metadata")).get("aws:cdk:path")
        for stack in stacks:
            if isinstance(path, str) and path.startswith(f"{stack.shown}/"):
                whole[name] = _dotted(path)
                inside[name] = _dotted(path.removeprefix(f"{stack.shown}/"))
    taken = [*inside.values(), *functions]
    return {name: one if taken.count(one) == 1 else whole[name] for name, one in inside.items()}


def _dotted(path: str) -> str:
    return re.sub(r"[^\w.-]+", "-", path.removesuffix("/Resource").replace("/", "."))


def _prefix(stack: _Deployed, template: Mapping[str, Any], others: Sequence[Any]) -> str:
    """What keeps the names of a stack apart: nothing, when no other stack has the same ones."""
    own = template["Resources"].keys() - {"CDKMetadata"}
    shared = any(own & other["Resources"].keys() for other in others if other is not template)
    return re.sub(r"\W|_", "", stack.name) if shared else ""
