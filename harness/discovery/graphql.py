"""AppSync: the fields of a GraphQL API and the channels of an Event API that call a function.

https://docs.aws.amazon.com/appsync/latest/devguide/what-is-appsync.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.discovery.shapes import mapping, texts
from harness.discovery.stack import Resource, Stack
from harness.discovery.targets import target_function
from harness.discovery.words import Declared, base_facts

Found = Iterator[tuple[str, Declared]]
_HANDLERS: Mapping[str, dict[str, str]] = {
    "OnPublish": {},
    "OnSubscribe": {"operation": "SUBSCRIBE"},
}


def graphql_triggers(stack: Stack) -> Found:
    """(function, trigger) for each field and channel; one without a field where none is known."""
    yield from _declared(stack)
    yield from _of_sam(stack)


def _declared(stack: Stack) -> Found:
    for data in stack.of_kind("AWS::AppSync::DataSource"):
        config = mapping(data.properties.get("LambdaConfig"))
        function = target_function(stack, config.get("LambdaFunctionArn"))
        if function is None:
            continue
        names = {data.physical, data.properties.get("Name")}
        events = list(_channels(stack, names))
        fields = list(_fields(stack, names))
        for words in events:
            yield _found(function, words, {}, data.name)
        for words, facts in fields or ([] if events else [({}, {})]):
            yield _found(function, {"sam": "AppSync"} | words, facts, data.name)


def _channels(stack: Stack, names: set[Any]) -> Iterator[dict[str, str]]:
    for channel in stack.of_kind("AWS::AppSync::ChannelNamespace"):
        handlers = mapping(channel.properties.get("HandlerConfigs"))
        for when, words in _HANDLERS.items():
            integration = mapping(mapping(handlers.get(when)).get("Integration"))
            if integration.get("DataSourceName") in names:
                yield {"sam": "AppSyncEvents"} | words


def _fields(stack: Stack, names: set[Any]) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """(words, facts) of each resolver that asks a data source, itself or by a pipeline's step."""
    steps = {
        step.name: step.properties
        for step in stack.of_kind("AWS::AppSync::FunctionConfiguration")
        if step.properties.get("DataSourceName") in names
    }
    for resolver in stack.of_kind("AWS::AppSync::Resolver"):
        own = resolver.properties
        facts = _field(own.get("TypeName"), own.get("FieldName"))
        if own.get("DataSourceName") in names:
            yield _batch(own), facts
        pipeline = mapping(own.get("PipelineConfig")).get("Functions")
        for id in texts(pipeline):
            step = next((s for name, s in steps.items() if _means(stack, id, name)), None)
            if step is not None:
                yield _batch(step), facts


def _means(stack: Stack, id: str, name: str) -> bool:
    """Whether a pipeline's step, named by its FunctionId, is a resource."""
    physical = stack.resources[name].physical
    return id in (physical, f"{physical}-FunctionId")


def _batch(properties: Mapping[str, Any]) -> dict[str, str]:
    return {"batch": "true"} if str(properties.get("MaxBatchSize") or 0) != "0" else {}


def _field(kind: Any, name: Any) -> dict[str, str]:
    return {"parent_type": str(kind), "field": str(name)} if kind and name else {}


def _of_sam(stack: Stack) -> Found:
    """AWS::Serverless::GraphQLApi, whose resolvers name functions, and those data sources.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-graphqlapi.html
    """
    for api in stack.of_kind("AWS::Serverless::GraphQLApi"):
        sources = mapping(mapping(api.properties.get("DataSources")).get("Lambda"))
        for key, source in sources.items():
            function = target_function(stack, mapping(source).get("FunctionArn"))
            if function is None:
                continue
            names = {key, mapping(source).get("Name")} - {None}
            steps = mapping(api.properties.get("Functions")).items()
            asking = {name: step for name, step in steps if _asks(step, names)}
            found = [
                (_batch(mapping(asking[step])), _field(kind, mapping(one).get("FieldName") or name))
                for kind, resolvers in mapping(api.properties.get("Resolvers")).items()
                for name, one in mapping(resolvers).items()
                for step in texts(mapping(one).get("Pipeline"))
                if step in asking
            ]
            for words, facts in found or [({}, {})]:
                yield _found(function, {"sam": "AppSync"} | words, facts, api.name)


def _asks(step: Any, names: set[Any]) -> bool:
    return mapping(step).get("DataSource") in names


def _found(
    function: Resource, words: Mapping[str, str], facts: Mapping[str, str], source: str
) -> tuple[str, Declared]:
    declared = Declared(words=words, facts={**base_facts(function), **facts}, source=source)
    return function.name, declared
