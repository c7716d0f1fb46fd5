"""Backends of Amplify (Gen 1): `amplify/backend/backend-config.json`.

Each resource of a backend has a folder `CATEGORY/NAME` with a template, and a function its code in
`src` there. Amplify nests these templates in one, and hands on their outputs as parameters that are
called category, name and output in one word.
https://docs.amplify.aws/gen1/javascript/tools/cli/project/override/
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.discovery.assembling import application, renamed
from harness.discovery.compose import Part, composed
from harness.discovery.loading import load_any, load_document, load_template
from harness.discovery.shapes import mapping, mappings, texts
from harness.discovery.stack import Stack
from harness.errors import UsageError
from harness.model import Application, EventTemplate

_MEND = "name the amplify/backend/backend-config.json of an Amplify app (Gen 1)"
_FUNCTION = "AWS::Lambda::Function"
_ENVIRONMENT = "dev"
_TEMPLATES = ("*cloudformation-template.json", "*cloudformation-template.y*ml")


class Amplify:
    """Functions of a backend, with its buckets, tables, pools and interfaces."""

    names = ("amplify/backend/backend-config.json", "backend-config.json")

    def recognises(self, path: Path) -> bool:
        """See Source.recognises."""
        return path.name == "backend-config.json"

    def load(
        self,
        path: Path,
        *,
        parameters: Mapping[str, str],
        templates: Sequence[EventTemplate],
        workdir: Path | None,
    ) -> Application:
        """See Source.load. `parameters` are those of any of its templates (`env`)."""
        document = load_document(path, _MEND)
        notes: list[str] = []
        nested = dict(_nested(path.parent, document, parameters, notes))
        if not any(name.startswith("function") for name in nested):
            raise UsageError("there are no functions in it", path=path, line=1, mend=_MEND)
        whole = composed(
            [Part(template={"Resources": nested}, path=path)], root=path, load=_with_code
        )
        stack = Stack(whole.template, path, {}, whole.origins, lenient=True)
        made = application(stack, templates, workdir, (*notes, *whole.notes))
        # Amplify calls each function's resource so.
        ids = {
            f"function{name}LambdaFunction": str(name) for name in mapping(document.get("function"))
        }
        return renamed(made, ids)


def _nested(
    folder: Path, document: Mapping[str, Any], parameters: Mapping[str, str], notes: list[str]
) -> Iterator[tuple[str, Any]]:
    """The nested stacks of a backend by category and name."""
    for category, resources in document.items():
        for name, declared in mapping(resources).items():
            own = folder / str(category) / str(name)
            template = _template(own)
            if template is None:
                if category != "auth":  # its template is made when it is pushed
                    notes.append(f"{category}/{name} has no template; run `amplify build`")
                continue
            wanted: dict[str, Any] = {"env": _ENVIRONMENT, **dict(_parameters(own)), **parameters}
            for one in mappings(mapping(declared).get("dependsOn")):
                stack = f"{one.get('category')}{one.get('resourceName')}"
                for output in texts(one.get("attributes")):
                    wanted[f"{stack}{output}"] = {"Fn::GetAtt": [stack, f"Outputs.{output}"]}
            yield (
                f"{category}{name}",
                {
                    "Type": "AWS::CloudFormation::Stack",
                    "Properties": {"TemplateURL": str(template), "Parameters": wanted},
                },
            )


def _template(folder: Path) -> Path | None:
    places = [path for one in _TEMPLATES for path in sorted(folder.glob(f"build/{one}"))]
    places += [path for one in _TEMPLATES for path in sorted(folder.glob(one))]
    return next(iter(places), None)


def _parameters(folder: Path) -> Iterator[tuple[str, str]]:
    file = folder / "parameters.json"
    for name, value in mapping(load_any(file) if file.is_file() else {}).items():
        if isinstance(value, str | int | bool):
            yield str(name), str(value).lower() if isinstance(value, bool) else str(value)


def _with_code(file: Path) -> Mapping[str, Any]:
    """A template whose functions have their code in `src` beside it. Raises UsageError."""
    template = load_template(file)
    source = (file.parent.parent if file.parent.name == "build" else file.parent) / "src"
    for resource in template["Resources"].values():
        properties = mapping(mapping(resource).get("Properties"))
        in_s3 = re.search(r"s3key|s3bucket", str(properties.get("Code")), re.I)
        if mapping(resource).get("Type") == _FUNCTION and in_s3 and source.is_dir():
            resource["Properties"] = {**properties, "Code": str(source)}
    return template
