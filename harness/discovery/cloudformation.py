"""SAM and CloudFormation templates, in YAML or JSON, with `.aws-sam/build` where it is there."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.discovery.assembling import application
from harness.discovery.compose import with_nested
from harness.discovery.stack import Stack
from harness.model import Application, EventTemplate


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
        whole = with_nested(path, parameters)
        stack = Stack(whole.template, path, parameters, whole.origins)
        return application(stack, templates, workdir, whole.notes)
