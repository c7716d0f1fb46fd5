"""A deployed function called without waiting; its log, its destinations and dead letters tell."""

import json
import time
from collections.abc import Mapping
from dataclasses import replace

from harness.deployed.prices import door, invocation
from harness.errors import TargetError
from harness.model import Outcome, Status, Trigger
from harness.targets.aws.invoke import DeployedTarget, Reached
from harness.targets.aws.outcome import told_by_log
from harness.targets.aws.returns import Returns
from harness.targets.lambda_api import LambdaApi, Platform, failure


class AsyncTarget(DeployedTarget):
    """One deployed function, called as services call it: handed over, not waited for.

    `returns` is None when what became of calls is not to be read.
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
            return reached.redactor.outcome(self._completed(outcome, log, since))

    def _completed(self, outcome: Outcome, log: Platform, since: float) -> Outcome:
        """The outcome with what the function answered, where a record tells it."""
        if self._returns is None:
            return outcome
        wait = self._reached.session.settings.log_wait
        failed = outcome.status is not Status.OK
        record = self._returns.of(outcome.request_id, since, failed=failed, wait=wait)
        if record is None:
            return outcome
        if not record.answered:
            error = outcome.error
            if error is not None and not error.message:
                error = replace(error, message=record.failed)
            return replace(outcome, error=error)
        status, error = outcome.status, outcome.error
        if record.failed:
            status, error = failure(record.payload, log)
        text = json.dumps(record.payload, ensure_ascii=False)
        return replace(outcome, status=status, error=error, response=record.payload, raw=text)
