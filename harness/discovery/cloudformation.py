"""SAM and CloudFormation templates, in YAML or JSON, with `.aws-sam/build` where it is there."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.discovery.assembling import application
from harness.discovery.compose import with_nested
from harness.discovery.loading import load_template
from harness.discovery.samconfig import FILE, overrides
from harness.discovery.shapes import mapping
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
        """See Source.load. What is not given, `samconfig.toml` gives where it is there."""
        given = overrides(path)
        declared = mapping(load_template(path).get("Parameters")) if given else {}
        known = {name: value for name, value in given.items() if name in declared}
        values = {**known, **parameters}
        whole = with_nested(path, values)
        stack = Stack(whole.template, path, values, whole.origins)
        notes = [
            f"parameter {name} is {value!r} in {FILE}"
            for name, value in known.items()
            if name not in parameters
        ]
        return application(stack, templates, workdir, (*notes, *whole.notes))
