"""Terraform plans in JSON: what `terraform show -json PLAN` prints.

Resources become those of CloudFormation (`terraform.yaml` says how), and references between them
intrinsic functions, so that all else is read as from a template.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field

from harness.catalogue.loading import Strict, read_document, validated
from harness.discovery.assembling import application, renamed
from harness.discovery.loading import glance, load_document
from harness.discovery.shapes import mapping, mappings
from harness.discovery.stack import Stack
from harness.discovery.terraform_blocks import finished, is_intrinsic, joined, paired, parsed
from harness.discovery.terraform_files import Files
from harness.discovery.terraform_plan import POLICY, Plan
from harness.discovery.terraform_references import Bound, Planned, Reference, likeness
from harness.errors import UsageError
from harness.model import Application, EventTemplate

_MEND = "make one by `terraform plan -out plan && terraform show -json plan > plan.json`"
_FUNCTION = "aws_lambda_function"
# attribute -> attribute of GetAtt; any other is the resource's name, as Ref gives it
_ATTRIBUTES = {
    "arn": "Arn",
    "invoke_arn": "Arn",
    "qualified_arn": "Arn",
    "qualified_invoke_arn": "Arn",
    "stream_arn": "StreamArn",
    "url": "QueueUrl",
    "function_url": "FunctionUrl",
    "api_endpoint": "ApiEndpoint",
    "bucket_domain_name": "DomainName",
    "bucket_regional_domain_name": "RegionalDomainName",
}
_BY_NAME = {"aws_sqs_queue": "QueueName", "aws_sns_topic": "TopicName"}
# https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
_STATEMENTS = {
    "Statement": {
        "each": "statement",
        "as": {
            "Effect": "effect",
            "Action": {"every": "actions"},
            "NotAction": {"every": "not_actions"},
            "Resource": {"every": "resources"},
            "NotResource": {"every": "not_resources"},
        },
    }
}


class _Into(Strict):
    by: str
    list_: str = Field(alias="list")
    value: str | None = None


class _Kind(Strict):
    kind: str = ""
    into: _Into | None = None
    properties: dict[str, Any] = Field(default_factory=dict)


class Terraform:
    """Plans on AWS. Nothing is applied, and no provider asked."""

    names = ("plan.json", "tfplan.json", "terraform-plan.json")

    def recognises(self, path: Path) -> bool:
        """See Source.recognises."""
        if path.suffix != ".json":
            return False
        return '"terraform_version"' in glance(path)[:4096]

    def load(
        self,
        path: Path,
        *,
        parameters: Mapping[str, str],
        templates: Sequence[EventTemplate],
        workdir: Path | None,
    ) -> Application:
        """See Source.load. Variables were given when the plan was made: there are no parameters."""
        document = load_document(path, _MEND)
        if parameters:
            raise UsageError("a plan has no parameters", path=path, mend="give them to the plan")
        if "planned_values" not in document:
            raise UsageError("this is a state and no plan", path=path, line=1, mend=_MEND)
        plan = Plan(document, Files(path.parent))
        if not any(resource.type == _FUNCTION for resource in plan.resources.values()):
            raise UsageError("there is no function in the plan", path=path, line=1, mend=_MEND)
        translation = _Translation(plan, path.parent)
        stack = Stack(translation.template(), path, {}, lenient=True)
        names = {_logical(resource): _called(resource) for resource in plan.resources.values()}
        return renamed(application(stack, templates, workdir, translation.notes), names)


@cache
def _kinds() -> Mapping[str, _Kind]:
    document = read_document(Path(__file__).with_suffix(".yaml"))
    return {name: validated(_Kind, document, (name,)) for name in document.value}


class _Translation:
    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan = plan
        self._folder = folder
        self._archives = dict(plan.archives())
        self.notes: list[str] = []

    def template(self) -> dict[str, Any]:
        """The plan as a template."""
        made: dict[str, Any] = {}
        entries = []
        for resource in self._plan.resources.values():
            known = _kinds().get(resource.type)
            if known is None:
                continue
            if known.into is not None:
                entries.append((resource, known, known.into))
                continue
            properties = self._properties(resource, known.properties)
            if resource.type in (_FUNCTION, "aws_lambda_layer_version"):
                key = "Code" if resource.type == _FUNCTION else "Content"
                properties[key] = self._code(resource)
            made[_logical(resource)] = {"Type": known.kind, "Properties": finished(properties)}
        for resource, known, into in entries:
            for reference in self._referred(resource, into.by):
                owner = made.get(_logical(self._plan.resources[reference.address]))
                entry = (
                    self._value(resource, into.value)
                    if into.value
                    else self._properties(resource, known.properties)
                )
                if owner is not None and entry is not None:
                    owner["Properties"].setdefault(into.list_, []).append(entry)
        return {"Resources": made}

    def _properties(self, resource: Planned, wanted: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, source in wanted.items():
            value = self._sourced(resource, source)
            if value in (None, [], {}):
                continue
            holder = made
            *outer, last = name.split(".")
            for key in outer:
                holder = holder.setdefault(key, {})
            holder[last] = value
        return made

    def _sourced(self, resource: Planned, source: Any) -> Any:
        if isinstance(source, str):
            return self._value(resource, source)
        if isinstance(source, list):
            return [item for one in source for item in self._sourced(resource, one)]
        if "json" in source:
            return self._document(resource, source["json"])
        if "entries" in source:
            return self._filled(resource, source["entries"])
        if "every" in source:
            known = _at(resource.values, source["every"])
            written = mapping(_at(resource.expressions, source["every"]))
            if "items" in written and (known is None or None in known):
                made = self._built(resource, self._plan.bound(resource, written))
                return [one for one in made if one is not None]
            meant = [self._intrinsic(r) for r in self._referred(resource, source["every"])]
            if isinstance(known, list) and None not in known:
                return meant if len(meant) == len(known) else known
            return meant
        blocks = _at(resource.values, source["each"])
        written = _at(resource.expressions, source["each"])
        made = []
        for values, one in paired(mappings(blocks), mappings(written)):
            inner = replace(resource, values=values, expressions=one)
            made.append(self._properties(inner, source["as"]))
        return made

    def _value(self, resource: Planned, attribute: str) -> Any:
        """A planned value; a reference where it is not known, or names a resource of the plan."""
        value, expression = _at(resource.values, attribute), _at(resource.expressions, attribute)
        if value is None or (isinstance(value, str) and value.startswith("arn:")):
            meant = self._plan.references(resource, expression)
            if meant:
                return self._intrinsic(meant[0])
            if value is None:
                value = self._plan.constant(resource, expression)
        return value

    def _document(self, resource: Planned, attribute: str) -> Any:
        """What JSON holds: as it is planned, or as the files make it of what is not known yet."""
        value = _at(resource.values, attribute)
        if isinstance(value, str):
            return parsed(value)
        if not _at(resource.unknown, attribute):
            return None
        written = self._plan.bound(resource, _at(resource.expressions, attribute))
        for reference in self._plan.meant(resource, written):
            data = self._plan.resources[reference.address]
            if data.type == POLICY:
                return self._properties(data, _STATEMENTS)
        made = self._built(resource, written)
        if isinstance(made, dict) and "Fn::Join" in made:
            made = joined(made["Fn::Join"][1])
        if isinstance(made, dict | list) and not is_intrinsic(made):
            return made
        self._told(resource, attribute)
        return None

    def _told(self, resource: Planned, attribute: str) -> None:
        what = attribute.replace(".0.", ".")
        beside = "" if self._plan.files.there else "; keep the plan beside its .tf files"
        self.notes.append(
            f"{resource.address}: {what} is known after `terraform apply` only{beside}"
        )

    def _built(self, resource: Planned, bound: Bound) -> Any:
        """A value with intrinsic functions in it; None for what nothing tells."""

        def inner(one: Any) -> Any:
            return self._built(resource, Bound(bound.scope, one))

        one = mapping(bound.expression)
        if "parts" in one:
            return {"Fn::Join": ["", [inner(part) or "sample" for part in one["parts"]]]}
        if "items" in one:
            return [inner(item) for item in one["items"]]
        entries = self._plan.within(bound)
        if entries:
            return {key: self._built(resource, entry) for key, entry in entries.items()}
        meant = self._plan.meant(resource, bound)
        return self._intrinsic(meant[0]) if meant else self._plan.fixed(bound)

    def _filled(self, resource: Planned, attribute: str) -> dict[str, Any]:
        """A mapping, whose unknown entries are the references that their names are most like.

        The plan says which entries are unknown and what all of the mapping refers to, but not
        which refers to what.
        """
        known = mapping(_at(resource.values, attribute))
        expression = _at(resource.expressions, attribute)
        made = {key: value for key, value in known.items() if value is not None}
        for key, bound in self._plan.within(self._plan.bound(resource, expression)).items():
            if key not in made:
                value = self._built(resource, bound)
                made[key] = f"sample-{key.lower()}" if value is None else value
        unknown = _at(resource.unknown, attribute)
        if unknown is True and not made:
            self._told(resource, attribute)
        unknown = mapping(unknown)
        left = self._plan.references(resource, expression)
        for key in [key for key in (*known, *unknown) if key not in made]:
            if not left:
                made[key] = f"sample-{key.lower()}"
                continue
            best = max(left, key=lambda reference: likeness(key, reference))
            made[key] = self._intrinsic(best)
            if len(left) > 1:
                left.remove(best)
        return made

    def _referred(self, resource: Planned, attribute: str) -> list[Reference]:
        found = self._plan.references(resource, _at(resource.expressions, attribute))
        if found:
            return found
        # The owner may be named by a plain text.
        value = _at(resource.values, attribute)
        return [
            Reference(other.address, "id")
            for other in self._plan.resources.values()
            if value is not None and other is not resource
            if value in (other.values.get("name"), other.values.get("arn"))
            and not _kinds().get(other.type, _Kind()).into
        ][:1]

    def _intrinsic(self, reference: Reference) -> Any:
        resource = self._plan.resources[reference.address]
        name, attribute = _logical(resource), reference.attribute.split("[")[0]
        if resource.type == "aws_sqs_queue" and attribute == "id":
            attribute = "url"
        if resource.type == "aws_sns_topic" and attribute == "id":
            attribute = "arn"
        if attribute == "execution_arn":
            api = "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${" + name + "}/*/*"
            return {"Fn::Sub": api}
        if attribute in _ATTRIBUTES:
            return {"Fn::GetAtt": [name, _ATTRIBUTES[attribute]]}
        if resource.type in _BY_NAME:
            return {"Fn::GetAtt": [name, _BY_NAME[resource.type]]}
        return {"Ref": name}

    def _code(self, resource: Planned) -> Any:
        """A folder, an archive, or where in S3; folders are what archives are made of."""
        file = self._value(resource, "filename")
        if not isinstance(file, str):
            if resource.values.get("image_uri") or resource.values.get("package_type") == "Image":
                return {"ImageUri": str(resource.values.get("image_uri"))}
            archives = list(self._archives.values()) if not resource.values.get("s3_bucket") else []
            if len(archives) != 1:
                return {"S3Bucket": str(resource.values.get("s3_bucket", ""))}
            return self._where(archives[0])
        return self._where(self._archives.get(file, file))

    def _where(self, made_of: str) -> str:
        path = (self._folder / made_of).resolve()
        return str(path.parent if path.is_file() and path.suffix not in (".zip", ".jar") else path)


def _logical(resource: Planned) -> str:
    return re.sub(r"\W+", "-", resource.address).strip("-")


def _called(resource: Planned) -> str:
    """A function is called by its name and those of its modules; all else by its address."""
    if resource.type != _FUNCTION:
        return resource.address
    name = f"{resource.module.replace('module.', '')}.{resource.name}"
    return re.sub(r"[^\w.-]+", "-", re.sub(r'\["?([^\]"]*)"?\]', r"-\1", name)).strip(".-")


def _at(holder: Any, attribute: str) -> Any:
    for key in attribute.split("."):
        if isinstance(holder, list):
            holder = holder[int(key)] if key.isdigit() and int(key) < len(holder) else None
        else:
            holder = mapping(holder).get(key)
    return holder
