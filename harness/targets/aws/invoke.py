"""A deployed function, called by the Invoke API."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from harness.deployed.caps import Caps
from harness.deployed.prices import invocation
from harness.deployed.secrecy import Redactor
from harness.deployed.session import AwsSession
from harness.model import Function, Outcome, Status, Trigger
from harness.targets.aws.logs import Logs
from harness.targets.base import Started
from harness.targets.lambda_api import LambdaApi


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What all ways to a deployed function need: session, caps, its name there, its log."""

    session: AwsSession
    caps: Caps
    function: Function
    name: str
    logs: Logs
    redactor: Redactor
    blind: frozenset[str]


class DeployedTarget(Started):
    """What the ways to a deployed function have in common: there is nothing to start or to stop."""

    def __init__(self, reached: Reached) -> None:
        self._reached = reached
        self.name = reached.function.name
        self.blind = reached.blind

    def start(self) -> None:
        """It runs where it is deployed."""

    def restart(self) -> None:
        """A deployed function cannot be made to start afresh without changing it."""

    def stop(self) -> None:
        """Nothing was begun."""


class InvokeTarget(DeployedTarget):
    """One deployed function, invoked and waited for."""

    def invoke(
        self,
        event: bytes,
        *,
        trigger: Trigger | None = None,
        learn: bool = False,
        extra: Mapping[str, str] | None = None,
        fresh: bool = False,
    ) -> Outcome:
        """See Target.invoke. Raises TargetError when a cap is reached or the service refuses."""
        reached = self._reached
        settings, audit = reached.session.settings, reached.session.audit
        with (
            reached.caps.call(invocation(reached.function, settings.region)) as permit,
            audit.numbered(permit.number),
        ):
            since = time.time()
            api = LambdaApi(reached.session.client("lambda", once=True))
            outcome = api.invoke(reached.name, event, qualifier=settings.qualifier or "")
            audit.write(
                "lambda:Invoke",
                reached.name,
                request=outcome.request_id,
                trace=outcome.trace_id,
            )
            if outcome.status is Status.TOO_LARGE:
                permit.dollars = 0
                return outcome
            # Since 2025 the init phase is billed too.
            billed = outcome.duration + (outcome.init or 0)
            permit.dollars = invocation(reached.function, settings.region, billed)
            if outcome.logs_dropped:
                outcome = self._whole(outcome, since)
            return reached.redactor.outcome(outcome)

    def _whole(self, outcome: Outcome, since: float) -> Outcome:
        """The outcome with its whole log: only the last 4 KiB come with an answer."""
        log = self._reached.logs.of_request(outcome.request_id, since)
        return outcome if log is None else replace(outcome, logs=log.text, logs_dropped=0)
