"""Event loops (CWE-835): a function writes what triggers it again."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.model import AwsCall, Case, Confidence, Verdict, Witness
from harness.oracles.base import call_text
from harness.oracles.patterns import passes

# Parameters that name the resource which a call writes to, and the trigger's facts that name it.
_RESOURCES = {
    "Bucket": ("bucket",),
    "QueueUrl": ("queue_arn", "queue"),
    "TopicArn": ("topic_arn",),
    "TableName": ("table", "stream_arn", "table_arn"),
    "StreamName": ("stream_arn", "stream"),
    "StreamARN": ("stream_arn",),
}


class LoopOracle:
    """The trial's canary is in a call that writes to the resource behind the function's trigger.

    That it may come back is tentative: the campaign sends the function what it wrote, and is sure
    once it writes again. A filter of the trigger that the written key or event does not pass ends
    the loop; so does a counter which the message carries on: a number in it is not in the event.
    """

    rules = ("event-loop",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        if trial.payload.rule != "event-loop":
            return
        facts = case.invocation.trigger.facts
        for call in case.observation.calls:
            if not call.mutating or call.error is not None or _takes_away(call):
                continue
            token = trial.canary.token
            if token not in call_text(call) or not (_own(call, facts) or _told(call, token, facts)):
                continue
            if _passes(call, facts) and not _counts(call, case.invocation.event):
                yield Verdict(
                    rule="event-loop",
                    trial=trial,
                    witness=Witness(
                        kind="loop",
                        seen=call_text(call)[:400],
                        where=f"aws:{call.service}.{call.operation}",
                    ),
                    confidence=Confidence.TENTATIVE,
                )
                return


def _takes_away(call: AwsCall) -> bool:
    return call.operation.startswith(("Delete", "Change", "Abort"))


def _own(call: AwsCall, facts: Mapping[str, str]) -> bool:
    for name, known in _RESOURCES.items():
        value = call.parameters.get(name)
        if isinstance(value, str) and any(_same(value, facts.get(fact, "")) for fact in known):
            return True
    return False


def _told(call: AwsCall, token: str, facts: Mapping[str, str]) -> bool:
    """Whether an event with the token in it goes to the bus of the trigger's rule and passes it."""
    entries = call.parameters.get("Entries")
    if call.operation != "PutEvents" or not isinstance(entries, list) or "rule" not in facts:
        return False
    return any(
        token in json.dumps(entry, default=str) and passes(facts, entry)
        for entry in entries
        if isinstance(entry, dict)
    )


def _same(value: str, fact: str) -> bool:
    """Whether a name, a URL or an ARN is the resource of a fact (a name or an ARN)."""
    if not fact:
        return False
    resource = fact.split(":", 5)[-1] if fact.startswith("arn:") else fact
    bare = value.split(":", 5)[-1] if value.startswith("arn:") else value.rpartition("/")[2]
    parts = resource.split("/")  # table/NAME/stream/LABEL, stream/NAME
    return bare == resource or bare in parts[:2] or value.split("/")[-1] == parts[-1]


def _passes(call: AwsCall, facts: Mapping[str, str]) -> bool:
    key = call.parameters.get("Key")
    if not isinstance(key, str):
        return True
    return key.startswith(facts.get("prefix", "")) and key.endswith(facts.get("suffix", ""))


def _counts(call: AwsCall, event: Any) -> bool:
    """Whether the message carries a number that did not come with the event."""
    messages = {name: value for name, value in call.parameters.items() if not _is_number(value)}
    return bool(set(_numbers(messages)) - set(_numbers(event)))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _numbers(value: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """The numbers of a JSON value with the names they stand under, those in JSON texts too."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return
    if _is_number(value):
        yield name, float(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _numbers(item, str(key))
    elif isinstance(value, list):
        for item in value:
            yield from _numbers(item, name)
