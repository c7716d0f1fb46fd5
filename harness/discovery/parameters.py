"""Values of parameters, and likely values for what only a deployment knows."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.discovery.loading import line_of
from harness.discovery.shapes import mapping, texts
from harness.errors import UsageError

REGION = "us-east-1"
ACCOUNT = "123456789012"

# ending of a name, in lower case -> a value of the shape that such names hold
_BY_NAME = (
    ("queueurl", f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{{name}}"),
    ("queuearn", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{name}}"),
    ("topicarn", f"arn:aws:sns:{REGION}:{ACCOUNT}:{{name}}"),
    ("bucketarn", "arn:aws:s3:::{name}"),
    ("tablearn", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{{name}}"),
    ("streamarn", f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{{name}}"),
    ("functionarn", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{{name}}"),
    ("secretarn", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{{name}}-a1b2c3"),
    ("rolearn", f"arn:aws:iam::{ACCOUNT}:role/{{name}}"),
    ("keyarn", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("email", "{name}@example.com"),
    ("domain", "{name}.example.com"),
    ("domainname", "{name}.example.com"),
    ("url", "https://{name}.example.com"),
    ("endpoint", "https://{name}.example.com"),
)
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html
_BY_TYPE = {
    "Number": "1",
    "AWS::EC2::AvailabilityZone::Name": f"{REGION}a",
    "AWS::EC2::Image::Id": "ami-0a1b2c3d4e5f60718",
    "AWS::EC2::Instance::Id": "i-0a1b2c3d4e5f60718",
    "AWS::EC2::KeyPair::KeyName": "key-pair",
    "AWS::EC2::SecurityGroup::Id": "sg-0a1b2c3d4e5f60718",
    "AWS::EC2::Subnet::Id": "subnet-0a1b2c3d4e5f60718",
    "AWS::EC2::VPC::Id": "vpc-0a1b2c3d4e5f60718",
    "AWS::Route53::HostedZone::Id": "Z0A1B2C3D4E5F6",
}
_SSM_VALUE = "AWS::SSM::Parameter::Value<"


def placeholder(name: str) -> str:
    """A realistic value for something of which only the name is known."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
    kebab = re.sub(r"[^a-z0-9]+", "-", spaced.lower()).strip("-") or "sample"
    squeezed = kebab.replace("-", "")
    for ending, form in _BY_NAME:
        if squeezed.endswith(ending):
            return form.format(name=kebab)
    return f"sample-{kebab}"


def parameter_values(
    declared: Mapping[str, Any], given: Mapping[str, str], path: Path
) -> Iterator[tuple[str, str | list[str], str]]:
    """(name, value, note) of each declared parameter; the note is empty when the value is sure.

    Raises UsageError for a given parameter which the template does not declare or allow.
    """
    for name in given:
        if name not in declared:
            raise UsageError(
                f"the template has no parameter {name}",
                path=path,
                line=line_of(declared) if declared else None,
                mend=f"it declares {', '.join(declared) or 'none'}",
            )
    for name, parameter in declared.items():
        parameter = mapping(parameter)
        allowed = texts(parameter.get("AllowedValues"))
        if name in given and allowed and given[name] not in allowed:
            raise UsageError(
                f"parameter {name} cannot be {given[name]!r}",
                path=path,
                line=line_of(declared, name),
                mend=f"it allows {', '.join(allowed)}",
            )
        kind = str(parameter.get("Type") or "String")
        value, note = _value(str(name), kind, parameter, given, allowed)
        if kind == "CommaDelimitedList" or "List<" in kind:
            yield str(name), [part.strip() for part in value.split(",")], note
        else:
            yield str(name), value, note


def _value(
    name: str,
    kind: str,
    parameter: Mapping[str, Any],
    given: Mapping[str, str],
    allowed: tuple[str, ...],
) -> tuple[str, str]:
    known = name in given or "Default" in parameter
    if kind.startswith(_SSM_VALUE):
        # The value is the name of an SSM parameter, and the stack sees what that one holds.
        of = str(given.get(name) or parameter.get("Default") or name)
        inner = kind.removeprefix(_SSM_VALUE).removesuffix(">")
        made = _BY_TYPE.get(inner) or placeholder(of.rsplit("/", 1)[-1])
        return made, f"parameter {name} holds SSM parameter {of}; {made!r} is used for its value"
    if known:
        default = parameter.get("Default")
        text = str(default).lower() if isinstance(default, bool) else str(default)
        return given.get(name, text), ""
    inner = kind.removeprefix("List<").removesuffix(">")
    made = allowed[0] if allowed else _BY_TYPE.get(inner) or placeholder(name)
    return made, f"parameter {name} has no default; {made!r} is used"
