"""EventBridge: rules of every bus, pipes, and schedules.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html
"""

from typing import Any

from harness.discovery.live.view import Found, View, resource


def read_rules(view: View) -> Found:
    """AWS::Events::Rule of rules that reach a function, or a queue or a topic before it."""
    arns = view.from_("events")
    if arns is None:
        rules = [
            rule
            for bus in view.pages("events", "list_event_buses", "EventBuses")
            for rule in view.pages("events", "list_rules", "Rules", EventBusName=bus["Name"])
        ]
    else:
        rules = [_described(view, arn) for arn in sorted(arns)]
    for rule in rules:
        if "Name" not in rule:
            continue
        bus = str(rule.get("EventBusName", "default"))
        targets = [
            {k: target[k] for k in ("Id", "Arn", "Input") if k in target}
            for target in view.pages(
                "events", "list_targets_by_rule", "Targets", Rule=rule["Name"], EventBusName=bus
            )
        ]
        yield (
            f"events:{rule['Name']}",
            resource(
                "AWS::Events::Rule",
                Name=rule["Name"],
                EventBusName=bus,
                EventPattern=rule.get("EventPattern"),
                ScheduleExpression=rule.get("ScheduleExpression"),
                State=rule.get("State"),
                Targets=targets,
            ),
        )


def _described(view: View, arn: str) -> dict[str, Any]:
    """A rule by its ARN: `rule/NAME` of the default bus, `rule/BUS/NAME` of another one."""
    bus, _, name = arn.rpartition("rule/")[2].rpartition("/")
    return view.one("events", "describe_rule", Name=name, EventBusName=bus or "default")


def read_pipes(view: View) -> Found:
    """AWS::Pipes::Pipe: a pipe calls by its role, so no function's policy tells of it."""
    for told in view.pages("pipes", "list_pipes", "Pipes"):
        pipe = view.one("pipes", "describe_pipe", Name=told["Name"])
        if view.targets(pipe.get("Target")) or view.targets(pipe.get("Enrichment")):
            yield (
                f"pipes:{told['Name']}",
                resource(
                    "AWS::Pipes::Pipe",
                    Name=told["Name"],
                    Source=pipe.get("Source"),
                    Enrichment=pipe.get("Enrichment"),
                    Target=pipe.get("Target"),
                ),
            )


def read_schedules(view: View) -> Found:
    """AWS::Scheduler::Schedule: a schedule calls by its role too."""
    for told in view.pages("scheduler", "list_schedules", "Schedules"):
        if not view.targets(told.get("Target", {}).get("Arn")):
            continue
        group = str(told.get("GroupName", "default"))
        schedule = view.one("scheduler", "get_schedule", Name=told["Name"], GroupName=group)
        yield (
            f"scheduler:{told['Name']}",
            resource(
                "AWS::Scheduler::Schedule",
                Name=told["Name"],
                ScheduleExpression=schedule.get("ScheduleExpression"),
                Target={
                    k: v for k, v in schedule.get("Target", {}).items() if k in ("Arn", "Input")
                },
            ),
        )
