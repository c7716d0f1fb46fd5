"""A deployed function called without waiting; its log, its destination or dead-letter queue tells.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
"""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness.deployed.prices import door, invocation
from harness.deployed.session import AwsSession, said
from harness.errors import TargetError
from harness.model import Outcome, Status, Trigger
from harness.targets.aws.invoke import DeployedTarget, Reached
from harness.targets.aws.outcome import told_by_log
from harness.targets.lambda_api import LambdaApi, Platform, failure

# Messages of others that were received with ours are theirs again after so many seconds at most.
_HIDDEN_SECONDS = 5
_QUEUE = ":sqs:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What Lambda wrote of a run that nobody waited for. `payload` is None where it is not told."""

    payload: Any
    failed: str


class Returns:
    """The queues to which Lambda sends what became of asynchronous calls of one function.

    Topics, buses and functions cannot be read back. `denied` says why nothing is, once that was
    seen.
    """

    def __init__(self, session: AwsSession, name: str, configuration: Mapping[str, Any]) -> None:
        self._session = session
        self.denied = ""
        told = self._configured(name)
        own = told.get("DestinationConfig") or {}
        dead = (configuration.get("DeadLetterConfig") or {}).get("TargetArn")
        # A failed call is tried again, a minute and more later: nobody waits for that.
        last = told.get("MaximumRetryAttempts", 2) == 0
        self._done = self._queues((own.get("OnSuccess") or {}).get("Destination"))
        self._failed = self._queues((own.get("OnFailure") or {}).get("Destination"), dead)
        self._failed = self._failed if last else ()

    def _configured(self, name: str) -> Mapping[str, Any]:
        client = self._session.client("lambda")
        try:
            told: Mapping[str, Any] = client.get_function_event_invoke_config(FunctionName=name)
        except (BotoCoreError, ClientError):
            return {}  # none is the usual case
        return told

    def _queues(self, *arns: str | None) -> tuple[str, ...]:
        found = []
        for arn in arns:
            if arn is None or _QUEUE not in arn:
                continue
            account, queue = arn.split(":")[4:6]
            client = self._session.client("sqs")
            try:
                url = client.get_queue_url(QueueName=queue, QueueOwnerAWSAccountId=account)
                found.append(str(url["QueueUrl"]))
            except (BotoCoreError, ClientError) as error:
                self.denied = said(error)
        return tuple(found)

    def of(self, request_id: str, *, failed: bool, wait: float) -> Record | None:
        """The record of a run, taken out of its queue; None when none comes within `wait` s."""
        queues = self._failed if failed else self._done
        end = time.monotonic() + wait
        while queues and not self.denied:
            for url in queues:
                record = next(self._read(url, request_id), None)
                if record is not None:
                    return record
            if time.monotonic() >= end:
                break
        return None

    def _read(self, url: str, request_id: str) -> Iterator[Record]:
        client = self._session.client("sqs")
        try:
            told = client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=1,
                VisibilityTimeout=_HIDDEN_SECONDS,
                MessageAttributeNames=["All"],
            )
            for message in told.get("Messages", ()):
                handle = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
                record = _record(message, request_id)
                if record is None:
                    client.change_message_visibility(**handle, VisibilityTimeout=0)
                else:
                    client.delete_message(**handle)
                    yield record
        except (BotoCoreError, ClientError) as error:
            self.denied = said(error)


def _record(message: Mapping[str, Any], request_id: str) -> Record | None:
    """A destination's record (JSON), or a dead letter: the event, with its story as attributes."""
    attributes = {
        name: str(value.get("StringValue", ""))
        for name, value in (message.get("MessageAttributes") or {}).items()
    }
    if attributes.get("RequestID") == request_id:
        return Record(payload=None, failed=attributes.get("ErrorMessage") or "failed")
    try:
        told = json.loads(message["Body"])
        if told["requestContext"]["requestId"] != request_id:
            return None
        failed = (told.get("responseContext") or {}).get("functionError") or ""
        return Record(payload=told.get("responsePayload"), failed=failed)
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


class AsyncTarget(DeployedTarget):
    """One deployed function, called as services call it: handed over, not waited for.

    `returns` is None when queues are not to be read.
    """

    def __init__(self, reached: Reached, returns: Returns | None) -> None:
        super().__init__(reached)
        self._returns = returns

    def invoke(
        self,
        event: bytes,
        *,
        trigger: Trigger | None = None,
        learn: bool = False,
        extra: Mapping[str, str] | None = None,
        fresh: bool = False,
    ) -> Outcome:
        """See Target.invoke. Raises TargetError when a cap is reached or no log ever comes."""
        reached = self._reached
        settings, audit = reached.session.settings, reached.session.audit
        toll = door("sqs", settings.region) if self._returns is not None else 0.0
        with (
            reached.caps.call(toll + invocation(reached.function, settings.region)) as permit,
            audit.numbered(permit.number),
        ):
            since = time.time()
            api = LambdaApi(reached.session.client("lambda", once=True))
            sent = api.send(reached.name, event, qualifier=settings.qualifier or "")
            audit.write("lambda:Invoke", reached.name, request=sent.request_id, trace=sent.trace_id)
            if sent.status is not Status.OK:
                permit.dollars = 0
                return sent
            log = reached.logs.of_request(sent.request_id, since)
            if log is None:
                why = reached.logs.denied or "none in time"
                raise TargetError(f"{reached.name}: no log of its run was found ({why})")
            outcome = replace(told_by_log(log, sent.request_id), trace_id=sent.trace_id)
            billed = outcome.duration + (outcome.init or 0)
            permit.dollars = toll + invocation(reached.function, settings.region, billed)
            return reached.redactor.outcome(self._completed(outcome, log))

    def _completed(self, outcome: Outcome, log: Platform) -> Outcome:
        """The outcome with what the function answered, where a queue tells it."""
        if self._returns is None:
            return outcome
        wait = self._reached.session.settings.log_wait
        failed = outcome.status is not Status.OK
        record = self._returns.of(outcome.request_id, failed=failed, wait=wait)
        if record is None or (record.payload is None and failed):
            return outcome
        status, error = outcome.status, outcome.error
        if record.failed:
            status, error = failure(record.payload, log)
        text = json.dumps(record.payload, ensure_ascii=False)
        return replace(outcome, status=status, error=error, response=record.payload, raw=text)
