"""SAM and CloudFormation templates, in YAML or JSON, with `.aws-sam/build` where it is there."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.discovery.edges import edges
from harness.discovery.functions import functions
from harness.discovery.loading import load_template
from harness.discovery.parameters import ACCOUNT, REGION
from harness.discovery.stack import FUNCTIONS, Stack
from harness.discovery.triggers import wire
from harness.model import Application, EventTemplate, ResolvedResource


class CloudFormation:
    """Templates with `Resources`."""

    names = (
        "template.yaml",
        "template.yml",
        "template.json",
        ".aws-sam/build/template.yaml",
    )

    def recognises(self, path: Path) -> bool:
        """See Source.recognises."""
        return path.suffix in (".yaml", ".yml", ".json", ".template")

    def load(
        self,
        path: Path,
        *,
        parameters: Mapping[str, str],
        templates: Sequence[EventTemplate],
        workdir: Path | None,
    ) -> Application:
        """See Source.load."""
        stack = Stack(load_template(path), path, parameters)
        wiring = wire(stack, templates)
        found = tuple(functions(stack, wiring, workdir))
        return Application(
            name=stack.name,
            source=path,
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
            notes=tuple(dict.fromkeys(stack.resolver.notes)),
            region=REGION,
            account=ACCOUNT,
        )
