"""Exposed secrets (CWE-200, 532): a decoy shows where it does not belong."""

import json
from collections.abc import Iterator

from harness.model import AwsCall, Case, Confidence, Observation, Verdict, Witness
from harness.oracles.base import OracleContext, answer_text, call_text, error_text

# Operations that send a message on: a secret in one leaves the function.
_MESSAGES = frozenset(
    {
        "Publish",
        "PublishBatch",
        "SendMessage",
        "SendMessageBatch",
        "SendEmail",
        "SendRawEmail",
        "PutEvents",
        "PutRecord",
        "PutRecords",
        "PutRecordBatch",
        "PutLogEvents",
    }
)


class SecretOracle:
    """A planted secret's value in an answer, an error, a log, a message or a callback's body.

    Handing a secret to where it belongs (a header of a request, a parameter store) is no exposure.
    The witness names the decoy and masks its value.
    """

    rules = ("secret-exposure",)

    def __init__(self, context: OracleContext) -> None:
        self._decoys = {
            form: name
            for value, name in context.secrets.items()
            if len(value) >= 6
            for form in (value, json.dumps(value)[1:-1])
        }

    def judge(self, case: Case) -> Iterator[Verdict]:
        told: set[str] = set()
        for place, text in self._places(case.observation):
            for value, name in self._decoys.items():
                if name not in told and value in text and value not in str(case.trial.value):
                    told.add(name)
                    yield Verdict(
                        rule="secret-exposure",
                        trial=case.trial,
                        witness=Witness(kind="secret", seen=f"{name} ({value[:4]}…)", where=place),
                        confidence=Confidence.CONFIRMED,
                    )
                    return

    @staticmethod
    def _places(observation: Observation) -> Iterator[tuple[str, str]]:
        yield "response", answer_text(observation)
        yield "error", error_text(observation)
        yield "log", observation.outcome.logs
        for call in observation.calls:
            if _is_message(call):
                yield f"aws:{call.service}.{call.operation}", call_text(call)
        for callback in observation.callbacks:
            yield "callback", callback.path + callback.body


def _is_message(call: AwsCall) -> bool:
    return call.operation in _MESSAGES
