"""SAM and CloudFormation templates, in YAML or JSON, with `.aws-sam/build` where it is there."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from harness.discovery.functions import functions
from harness.discovery.loading import load_template
from harness.discovery.naming import arn
from harness.discovery.stack import FUNCTIONS, Stack
from harness.discovery.triggers import wire
from harness.errors import UsageError
from harness.model import Application, Edge, EventTemplate, Function, ResolvedResource

_BUILD = Path(".aws-sam") / "build"


class CloudFormation:
    """Templates with `Resources`."""

    def recognises(self, path: Path) -> bool:
        return path.suffix in (".yaml", ".yml", ".json", ".template")

    def load(
        self, path: Path, parameters: Mapping[str, str], templates: Sequence[EventTemplate]
    ) -> Application:
        """See Source.load."""
        stack = Stack(load_template(path), path, parameters)
        wiring = wire(stack, templates)
        built = _built(path)
        found = tuple(functions(stack, wiring.triggers, wiring.notes, built))
        resources = tuple(
            ResolvedResource(
                name=resource.name,
                kind=resource.kind,
                physical=resource.physical,
                arn=arn(resource.kind, resource.physical),
                properties=resource.properties,
            )
            for resource in stack.resources.values()
            if resource.kind not in FUNCTIONS
        )
        triggering = tuple(Edge(origin=o, to=t, via=v) for o, t, v in wiring.edges)
        return Application(
            name=stack.name,
            source=path,
            functions=found,
            resources=resources,
            edges=tuple(dict.fromkeys((*triggering, *_uses(stack, found), *_feeds(stack)))),
            notes=tuple(dict.fromkeys(stack.resolver.notes)),
        )


def _built(path: Path) -> dict[str, Path]:
    """Built code folders by function, from a `sam build` beside the template."""
    folder = path.parent / _BUILD
    file = folder / "template.yaml"
    if not file.is_file() or path.parent.name == "build":
        return {}
    try:
        template = load_template(file)
    except UsageError:
        return {}
    found = {}
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties") or {}
        uri = properties.get("CodeUri", properties.get("Code"))
        if resource["Type"] in FUNCTIONS and isinstance(uri, str) and (folder / uri).is_dir():
            found[str(name)] = (folder / uri).resolve()
    return found


def _uses(stack: Stack, found: Sequence[Function]) -> Iterator[Edge]:
    """Edges to what a function names in its environment."""
    for function in found:
        for value in function.environment.values():
            resource = stack.by_value(value)
            if resource is not None and resource.name != function.name:
                yield Edge(origin=function.name, to=resource.name, via="environment")


def _feeds(stack: Stack) -> Iterator[Edge]:
    """Edges between resources: receipt rules to topics, topics and buckets to queues."""
    for rule in stack.of_kind("AWS::SES::ReceiptRule"):
        for action in (rule.properties.get("Rule") or {}).get("Actions") or []:
            topic = stack.by_value((action.get("SNSAction") or {}).get("TopicArn"))
            if topic is not None:
                yield Edge(origin=rule.name, to=topic.name, via="ses-receipt")
    for subscription in stack.of_kind("AWS::SNS::Subscription"):
        topic = stack.by_value(subscription.properties.get("TopicArn"))
        queue = stack.by_value(subscription.properties.get("Endpoint"))
        if topic is not None and queue is not None and queue.kind == "AWS::SQS::Queue":
            yield Edge(origin=topic.name, to=queue.name, via="sns-subscription")
    for bucket in stack.of_kind("AWS::S3::Bucket"):
        wanted = bucket.properties.get("NotificationConfiguration") or {}
        for key, name in (("QueueConfigurations", "Queue"), ("TopicConfigurations", "Topic")):
            for entry in wanted.get(key) or []:
                target = stack.by_value(entry.get(name))
                if target is not None:
                    yield Edge(origin=bucket.name, to=target.name, via="s3-notification")
