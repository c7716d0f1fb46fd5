"""A template's names as one deployment of it has them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from harness.deployed.session import AwsSession, said
from harness.errors import UsageError
from harness.model import Application, Trigger

_NESTED = "AWS::CloudFormation::Stack"
_IMPLICIT = ("ServerlessRestApi", "ServerlessHttpApi")


def physical_names(session: AwsSession, stack: str) -> dict[str, str]:
    """Physical names by logical id, of nested stacks with their own logical id in front.

    Raises UsageError when the stack cannot be read.
    """
    return dict(_names(session, stack, ""))


def _names(session: AwsSession, stack: str, prefix: str) -> Iterator[tuple[str, str]]:
    pages = session.client("cloudformation").get_paginator("list_stack_resources")
    try:
        for page in pages.paginate(StackName=stack):
            for resource in page["StackResourceSummaries"]:
                physical = resource.get("PhysicalResourceId", "")
                if not physical:
                    continue
                name = f"{prefix}{resource['LogicalResourceId']}"
                if resource["ResourceType"] == _NESTED:
                    yield from _names(session, physical, name)
                else:
                    yield name, _name(physical)
    except (BotoCoreError, ClientError) as error:
        raise UsageError(
            f"stack {stack} cannot be read: {said(error)}", mend="correct stack in [aws]"
        ) from error


def _name(physical: str) -> str:
    """A name where CloudFormation has a URL (queues) or an ARN (topics)."""
    if physical.startswith("https://"):
        return physical.rsplit("/", 1)[-1]
    return re.split("[:/]", physical)[-1] if physical.startswith("arn:") else physical


def deployed(
    application: Application, names: Mapping[str, str], *, account: str, region: str
) -> Application:
    """The application with the names, the account and the region of its deployment."""
    general = {
        f":{application.region}:{application.account}:": f":{region}:{account}:",
        f".{application.region}.": f".{region}.",
        f"/{application.account}/": f"/{account}/",
    }
    texts = {
        resource.physical: names[resource.name]
        for resource in application.resources
        if resource.name in names and resource.physical != names[resource.name]
    }
    texts |= general

    def trigger_of(trigger: Trigger, function: str) -> Trigger:
        facts = {name: _replaced(value, texts) for name, value in trigger.facts.items()}
        facts |= {"account": account, "region": region} if "account" in facts else {}
        implicit = names.get(trigger.source or "") if trigger.source in _IMPLICIT else None
        if implicit and "api_id" in facts:
            facts = {k: v.replace(facts["api_id"], implicit) for k, v in facts.items()}
        if function in names and "function_name" in facts:
            facts["function_arn"] = facts["function_arn"].replace(
                facts["function_name"], names[function]
            )
            facts["function_name"] = names[function]
        return replace(trigger, facts=facts)

    return replace(
        application,
        account=account,
        region=region,
        functions=tuple(
            replace(f, triggers=tuple(trigger_of(t, f.name) for t in f.triggers))
            for f in application.functions
        ),
        resources=tuple(
            replace(r, physical=names.get(r.name, r.physical), arn=_replaced(r.arn, texts))
            for r in application.resources
        ),
    )


def _replaced(text: str, texts: Mapping[str, str]) -> str:
    for old, new in texts.items():
        text = text.replace(old, new)
    return text
