"""Where Lambda sends what became of asynchronous calls of a function, and how it is read there.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness.deployed.session import AwsSession, said
from harness.targets.aws.logs import Logs
from harness.targets.aws.places import BucketPlace, LogPlace, Place, QueuePlace, first
from harness.targets.aws.records import Record

# A place that told nothing of so many runs is looked at once for each, and not waited for.
_PATIENCE = 3
_NO_RUN = "00000000-0000-0000-0000-000000000000"
# Documentation calls the source of these events `aws.lambda`, and they came with `lambda`.
_SOURCES = ("lambda", "aws.lambda")


class Returns:
    """The places that tell what became of asynchronous calls of one function.

    Queues, buckets and the logs of functions tell by themselves; topics and buses where a queue, a
    log group or a function of the scope is behind them already. `unread` says, a line each, what
    of it cannot be read and why.
    """

    def __init__(self, session: AwsSession, name: str, configuration: Mapping[str, Any]) -> None:
        self._session = session
        self._name = name
        self._arn = str(configuration.get("FunctionArn") or "")
        self.unread: tuple[str, ...] = ()
        told = self._configured()
        own = told.get("DestinationConfig") or {}
        dead = (configuration.get("DeadLetterConfig") or {}).get("TargetArn")
        failed = tuple(filter(None, ((own.get("OnFailure") or {}).get("Destination"), dead)))
        # A failed call is tried again, a minute and more later: nobody waits for that.
        retries = told.get("MaximumRetryAttempts", 2)
        if failed and retries:
            self._leaves(f"failures are tried {retries} times more before they are told: not read")
            failed = ()
        self._places = {
            "Success": self._read(((own.get("OnSuccess") or {}).get("Destination"),), "Success"),
            "Failure": self._read(failed, "Failure"),
        }
        self._missed = dict.fromkeys(self._places, 0)

    def of(self, request_id: str, since: float, *, failed: bool, wait: float) -> Record | None:
        """The record of a run that began after a time; None when none comes within `wait` s."""
        condition = "Failure" if failed else "Success"
        patient = self._missed[condition] < _PATIENCE
        record = first(self._places[condition], request_id, since, wait if patient else 0)
        # Whatever told once is waited for again.
        self._missed[condition] = self._missed[condition] + 1 if record is None else 0
        return record

    def _leaves(self, why: str) -> None:
        self.unread = (*self.unread, f"what became of asynchronous calls: {why}")

    def _configured(self) -> Mapping[str, Any]:
        qualifier = self._session.settings.qualifier
        given = {"Qualifier": qualifier} if qualifier else {}
        try:
            told: Mapping[str, Any] = self._session.client(
                "lambda"
            ).get_function_event_invoke_config(FunctionName=self._name, **given)
        except self._session.client("lambda").exceptions.ResourceNotFoundException:
            return {}  # the usual case
        except (BotoCoreError, ClientError) as error:
            self._leaves(said(error))
            return {}
        return told

    def _read(self, arns: tuple[str | None, ...], condition: str) -> tuple[Place, ...]:
        found: list[Place] = []
        for arn in filter(None, arns):
            try:
                here = list(self._places_of(arn, condition, frozenset()))
                if not here:
                    self._leaves(f"nothing that can be read is behind {arn}")
                found += here
                self._look(arn, here)
            except (BotoCoreError, ClientError) as error:
                self._leaves(f"{arn}: {said(error)}")
        return tuple(found)

    def _look(self, arn: str, places: list[Place]) -> None:
        """Tell which places may not be read, now and not after the first call.

        Queues are left alone: each reading of a message is counted there.
        """
        for place in places:
            if not isinstance(place, QueuePlace):
                place.find(_NO_RUN, time.time())
            if place.denied:
                self._leaves(f"{arn}: {place.denied}")

    def _places_of(self, arn: str, condition: str, behind: frozenset[str]) -> Iterator[Place]:
        """The places behind an ARN, once each. Raises what the account answers."""
        parts = arn.split(":")
        if arn in behind or len(parts) < 6:
            return
        service, region, rest = parts[2], parts[3], ":".join(parts[5:])
        behind |= {arn}
        settings = self._session.settings
        if region not in ("", settings.region):
            self._leaves(f"{arn} is in another region")
        elif service == "sqs":
            told = self._session.client("sqs").get_queue_url(
                QueueName=rest, QueueOwnerAWSAccountId=parts[4]
            )
            yield QueuePlace(self._session, str(told["QueueUrl"]))
        elif service == "s3":
            yield BucketPlace(self._session, rest, self._name)
        elif service == "logs":
            group = rest.removeprefix("log-group:").removesuffix(":*")
            yield LogPlace(Logs(self._session, group, 0))
        elif service == "lambda":
            name = rest.removeprefix("function:").split(":")[0]
            if settings.allows(name):
                yield LogPlace(Logs(self._session, self._group(name), 0))
            else:
                self._leaves(f"the log of {name} is not in the scope")
        elif service == "sns":
            for endpoint in self._subscribed(arn):
                yield from self._places_of(endpoint, condition, behind)
        elif service == "events":
            bus = rest.removeprefix("event-bus/")
            for target in self._targets(bus, condition):
                yield from self._places_of(target, condition, behind)

    def _group(self, name: str) -> str:
        told = self._session.client("lambda").get_function_configuration(FunctionName=name)
        return str((told.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}")

    def _subscribed(self, topic: str) -> Iterator[str]:
        """ARNs of queues and functions that a topic sends to."""
        pages = self._session.client("sns").get_paginator("list_subscriptions_by_topic")
        for page in pages.paginate(TopicArn=topic):
            for entry in page.get("Subscriptions", ()):
                if entry.get("Protocol") in ("sqs", "lambda"):
                    yield str(entry["Endpoint"])

    def _targets(self, bus: str, condition: str) -> Iterator[str]:
        """ARNs to which the rules of a bus send the record."""
        client = self._session.client("events")
        for page in client.get_paginator("list_rules").paginate(EventBusName=bus):
            for rule in page.get("Rules", ()):
                if rule.get("State") == "DISABLED" or not self._matches(rule, condition):
                    continue
                targets = client.get_paginator("list_targets_by_rule")
                for found in targets.paginate(Rule=rule["Name"], EventBusName=bus):
                    # With a text of its own a target is not told what happened.
                    yield from (str(t["Arn"]) for t in found.get("Targets", ()) if "Input" not in t)

    def _matches(self, rule: Mapping[str, Any], condition: str) -> bool:
        """Whether a rule's pattern takes the record's event, as EventBridge itself says."""
        pattern = rule.get("EventPattern")
        return bool(pattern) and any(
            self._session.client("events").test_event_pattern(
                EventPattern=pattern, Event=json.dumps(self._event(source, condition))
            )["Result"]
            for source in _SOURCES
        )

    def _event(self, source: str, condition: str) -> Mapping[str, Any]:
        settings = self._session.settings
        succeeded = condition == "Success"
        function = f"{self._arn}:{settings.qualifier or '$LATEST'}"
        return {
            "version": "0",
            "id": _NO_RUN,
            "account": settings.account,
            "region": settings.region,
            "time": "2026-01-01T00:00:00Z",
            "source": source,
            "detail-type": f"Lambda Function Invocation Result - {condition}",
            "resources": [function],
            "detail": {
                "version": "1.0",
                "requestContext": {
                    "functionArn": function,
                    "condition": "Success" if succeeded else "RetriesExhausted",
                    "approximateInvokeCount": 1,
                },
                "requestPayload": {},
                "responseContext": {"statusCode": 200}
                | ({} if succeeded else {"functionError": "Unhandled"}),
                "responsePayload": {},
            },
        }
