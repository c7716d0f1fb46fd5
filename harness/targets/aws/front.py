"""A deployed function whose event is caused for real; its run is found in the log by the canary."""

import re
import time
from collections.abc import Mapping
from dataclasses import replace

from botocore.exceptions import BotoCoreError, ClientError

from harness.deployed.journal import Journal
from harness.deployed.prices import door, invocation
from harness.deployed.session import code_of, said
from harness.errors import TargetError
from harness.model import FunctionError, Outcome, Status, Trigger
from harness.targets.aws.causes import Cause, Unsendable
from harness.targets.aws.doors import cause
from harness.targets.aws.invoke import DeployedTarget, Reached
from harness.targets.aws.outcome import told_by_log
from harness.targets.aws.senders import own_facts
from harness.targets.aws.state import AwsState

# The form of a canary's token; see Canary.
_CANARY = re.compile(r"fz[a-km-z]{14}")
# What a service says of an event that it does not take.
_REFUSALS = (
    "Validation",
    "Invalid",
    "TooLarge",
    "TooLong",
    "Malformed",
    "BadRequest",
    "KeyTooLong",
)
# Cognito's word for a trigger that ran and raised.
_RAISED = "UserLambdaValidationException"


class FrontTarget(DeployedTarget):
    """One deployed function, called by the service that is its trigger.

    An event with a canary that the door does not carry is not sent: it could never arrive.
    """

    def __init__(self, reached: Reached, state: AwsState, journal: Journal) -> None:
        super().__init__(reached)
        self._state = state
        self._journal = journal
        self._senders: dict[str, Mapping[str, str]] = {}

    def _own(self, trigger: Trigger) -> Mapping[str, str]:
        """What the trigger's sender has to have, asked for once."""
        key = f"{trigger.template} {trigger.source}"
        if key not in self._senders:
            self._senders[key] = own_facts(self._reached.session, trigger)
        return self._senders[key]

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
        if trigger is None:
            raise TargetError(f"{reached.name}: without its trigger it has no front door")
        try:
            facts = {**trigger.facts, **self._own(trigger)}
            sent = self._with_state(cause(event, trigger.template, facts))
        except Unsendable as error:
            return _unsent(str(error))
        marks = frozenset(_CANARY.findall(sent.text))
        if set(_CANARY.findall(event.decode("utf-8", "replace"))) - marks:
            return _unsent("a field of it is the service's own to fill in")
        region = reached.session.settings.region
        toll = door(sent.service, region)
        with (
            reached.caps.call(toll + invocation(reached.function, region)) as permit,
            reached.session.audit.numbered(permit.number),
        ):
            since = time.time()
            trouble = self._send(sent)
            if trouble:
                permit.dollars = toll
                return _unsent(trouble)
            try:
                found = reached.logs.of_mark(marks, since)
            finally:
                if sent.created is not None:
                    self._journal.remove(sent.created, reached.session)
            if found is None:
                why = reached.logs.denied or "none in time, or several at once"
                raise TargetError(f"{reached.name}: no run of it was found in its log ({why})")
            request_id, log = found
            outcome = told_by_log(log, request_id)
            permit.dollars = toll + invocation(
                reached.function, region, outcome.duration + (outcome.init or 0)
            )
            return reached.redactor.outcome(outcome)

    def _with_state(self, sent: Cause) -> Cause:
        """An object has the content that goes with the event."""
        if sent.service != "s3":
            return sent
        body = self._state.content(sent.parameters["Bucket"], sent.parameters["Key"])
        return replace(sent, parameters={**sent.parameters, "Body": body})

    def _send(self, sent: Cause) -> str:
        """Send it; why the service does not take it, or an empty text. Raises TargetError."""
        session = self._reached.session
        call = getattr(session.client(sent.service, once=True), sent.operation)
        try:
            if sent.created is None:
                call(**sent.parameters)
            elif not self._journal.make(sent.created, session, lambda: call(**sent.parameters)):
                return "there is one already, which is left alone"
        except (BotoCoreError, ClientError) as error:
            if code_of(error) == _RAISED:
                return ""
            if any(word in said(error) for word in _REFUSALS):
                return said(error)
            raise TargetError(f"{self._reached.name}: {sent.operation}: {said(error)}") from error
        return ""


def _unsent(why: str) -> Outcome:
    error = FunctionError(type="NotSent", message=why)
    return Outcome(status=Status.TOO_LARGE, error=error)
