"""Exposed secrets (CWE-200, 532): a decoy shows where it does not belong."""

import base64
import json
from collections.abc import Iterator
from urllib.parse import quote

from harness.model import AwsCall, Case, Confidence, Observation, Verdict, Witness
from harness.oracles.base import OracleContext, answer_text, call_text, error_text

# Shorter secrets have encodings that turn up by chance.
_WORTH_ENCODING = 8
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
    """A planted secret's value in an answer, an error, a log, a message or a callback.

    Plain, or in an encoding that hides nothing (base64, hexadecimal, percent). Handing a secret to
    where it belongs (a header of a request, a parameter store) is no exposure; a header of a
    request to the payload's own address is. The witness names the decoy and masks its value.
    Nothing but such an address ties a secret to one trial of several.
    """

    rules = ("secret-exposure",)

    def __init__(self, context: OracleContext) -> None:
        self._decoys = {
            form: name
            for value, name in context.secrets.items()
            if len(value) >= 6
            for form in _forms(value)
        }

    def judge(self, case: Case) -> Iterator[Verdict]:
        token = case.trial.canary.token
        for place, text, of in self._places(case.observation):
            if of and of != token:
                continue
            for value, name in self._decoys.items():
                if value in text and value not in str(case.trial.value):
                    if not (of or case.alone or self._always(case, value)):
                        return
                    yield Verdict(
                        rule="secret-exposure",
                        trial=case.trial,
                        witness=Witness(kind="secret", seen=f"{name} ({value[:4]}…)", where=place),
                        confidence=Confidence.CONFIRMED,
                    )
                    return

    def _always(self, case: Case, value: str) -> bool:
        """Whether the control shows it too: then every event does, and each trial may say so."""
        return any(value in text for _, text, _ in self._places(case.control))

    @staticmethod
    def _places(observation: Observation) -> Iterator[tuple[str, str, str]]:
        """(place, text, token of the trial that it is of, where that is known)."""
        yield "response", answer_text(observation), ""
        yield "error", error_text(observation), ""
        yield "log", observation.outcome.logs, ""
        for call in observation.calls:
            if _is_message(call):
                yield f"aws:{call.service}.{call.operation}", call_text(call), ""
        for sent in observation.callbacks:
            text = "\n".join((sent.path, *sent.headers.values(), sent.body))
            yield "callback", text, sent.token


def _forms(value: str) -> Iterator[str]:
    data = value.encode()
    yield value
    yield json.dumps(value)[1:-1]
    if len(value) >= _WORTH_ENCODING:
        yield data.hex()
        yield quote(value, safe="")
        # In a longer text the secret may begin at any of base64's three positions; the first and
        # the last letters then depend on what is around it.
        for shift in range(3):
            yield base64.b64encode(b"\0" * shift + data).decode()[shift + 1 : -4]


def _is_message(call: AwsCall) -> bool:
    return call.operation in _MESSAGES
