"""Functions, their aliases, policies, URLs, event source mappings and destinations.

https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.deployed.address import Address
from harness.deployed.secrecy import withheld
from harness.discovery.live.policies import allowed, service_of
from harness.discovery.live.view import Found, View, resource
from harness.discovery.naming import function_url
from harness.discovery.shapes import mapping


def read_functions(view: View, place: Address) -> Found:
    """Functions of the scope that the address does not leave out; fills `view.functions`."""
    wanted = _wanted(view, place)
    found: list[dict[str, Any]] = []
    left_out = 0
    for told in view.pages("lambda", "list_functions", "Functions"):
        name = str(told["FunctionName"])
        if not view.session.settings.allows(name):
            left_out += 1
        elif wanted is None or {name, told["FunctionArn"]} & wanted:
            found.append(told)
    if left_out:
        view.note(f"{left_out} functions are not in the scope: they are not tested")
    view.functions.update({str(told["FunctionArn"]): str(told["FunctionName"]) for told in found})
    yield from ((str(told["FunctionName"]), _function(told)) for told in found)
    for told in found:
        yield from _around(view, str(told["FunctionName"]), str(told["FunctionArn"]))


def _wanted(view: View, place: Address) -> set[str] | None:
    """Names or ARNs of what the address names; None when it names all."""
    wanted: set[str] | None = None
    if place.stack:
        wanted = {
            str(entry.get("PhysicalResourceId", ""))
            for entry in _stack(view, place.stack)
            if entry["ResourceType"] == "AWS::Lambda::Function"
        }
    if place.tags:
        filters = [{"Key": key, "Values": [value]} for key, value in place.tags]
        tagged = {
            str(entry["ResourceARN"])
            for entry in view.pages(
                "resourcegroupstaggingapi",
                "get_resources",
                "ResourceTagMappingList",
                TagFilters=filters,
                ResourceTypeFilters=["lambda:function"],
            )
        }
        by_name = {arn.rsplit(":", 1)[-1] for arn in tagged}
        wanted = by_name if wanted is None else wanted & by_name
    return wanted


def _stack(view: View, stack: str) -> Iterator[dict[str, Any]]:
    """Resources of a stack and of those nested in it."""
    for entry in view.pages(
        "cloudformation", "list_stack_resources", "StackResourceSummaries", StackName=stack
    ):
        if entry["ResourceType"] == "AWS::CloudFormation::Stack":
            yield from _stack(view, str(entry.get("PhysicalResourceId", "")))
        else:
            yield entry


def _function(told: Mapping[str, Any]) -> dict[str, Any]:
    shown, _ = withheld(
        str(told["FunctionName"]), mapping(mapping(told.get("Environment")).get("Variables"))
    )
    return resource(
        "AWS::Lambda::Function",
        FunctionName=told["FunctionName"],
        PackageType=told.get("PackageType"),
        Runtime=told.get("Runtime"),
        Handler=told.get("Handler"),
        Code={"S3Bucket": "deployed"},
        Environment={"Variables": shown},
        Timeout=told.get("Timeout"),
        MemorySize=told.get("MemorySize"),
        EphemeralStorage=told.get("EphemeralStorage"),
        Architectures=told.get("Architectures"),
        DeadLetterConfig=told.get("DeadLetterConfig"),
        Role=told.get("Role"),
    )


def _around(view: View, name: str, arn: str) -> Found:
    """What stands beside one function and says how it is called."""
    aliases = [
        str(alias["Name"])
        for alias in view.pages("lambda", "list_aliases", "Aliases", FunctionName=name)
    ]
    versions = [
        str(version["Version"])
        for version in view.pages(
            "lambda", "list_versions_by_function", "Versions", FunctionName=name
        )
        if version["Version"] != "$LATEST"
    ]
    if aliases or versions:
        told = ", ".join((*aliases, *versions))
        view.note(f"{name} has the aliases and versions {told}: qualifier chooses one")
    for qualifier in (None, *aliases):
        yield from _permissions(view, name, arn, qualifier)
    for qualifier in (None, *aliases):
        yield from _url(view, name, arn, qualifier)
    for number, entry in enumerate(
        view.pages("lambda", "list_event_source_mappings", "EventSourceMappings", FunctionName=name)
    ):
        source = str(entry.get("EventSourceArn", ""))
        view.calls(source.split(":")[2] if source.count(":") > 2 else "kafka", source)
        yield (
            f"{name}Mapping{number}",
            resource(
                "AWS::Lambda::EventSourceMapping",
                FunctionName=arn,
                EventSourceArn=source,
                BatchSize=entry.get("BatchSize"),
                SelfManagedEventSource=entry.get("SelfManagedEventSource"),
            ),
        )
    for number, entry in enumerate(
        view.pages(
            "lambda",
            "list_function_event_invoke_configs",
            "FunctionEventInvokeConfigs",
            FunctionName=name,
        )
    ):
        yield (
            f"{name}Asynchronous{number}",
            resource(
                "AWS::Lambda::EventInvokeConfig",
                FunctionName=arn,
                Qualifier=str(entry.get("FunctionArn", "")).rsplit(":", 1)[-1],
                DestinationConfig=entry.get("DestinationConfig"),
            ),
        )


def _url(view: View, name: str, arn: str, qualifier: str | None) -> Found:
    given = {"Qualifier": qualifier} if qualifier else {}
    told = view.one("lambda", "get_function_url_config", FunctionName=name, **given)
    if "FunctionUrl" not in told:
        return
    made = _domain(function_url(name))
    domain = _domain(str(told["FunctionUrl"]))
    view.texts |= {made: domain, made.split(".")[0]: domain.split(".")[0]}
    yield (
        f"{name}{qualifier or ''}Url",
        resource("AWS::Lambda::Url", TargetFunctionArn=arn, AuthType=told.get("AuthType")),
    )


def _domain(url: str) -> str:
    return url.removeprefix("https://").rstrip("/")


def _permissions(view: View, name: str, arn: str, qualifier: str | None) -> Found:
    given = {"Qualifier": qualifier} if qualifier else {}
    told = view.one("lambda", "get_policy", FunctionName=name, **given).get("Policy")
    for number, (statement, who, source) in enumerate(allowed(told)):
        view.calls(service_of(who, source), source)
        yield (
            f"{name}{qualifier or ''}Permission{number}",
            resource(
                "AWS::Lambda::Permission",
                FunctionName=arn,
                Action=statement.get("Action"),
                Principal=who,
                SourceArn=source,
            ),
        )
