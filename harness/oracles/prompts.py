"""Prompt injection (CWE-1427): an attacker's text among the instructions of a language model."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.model import AwsCall, Case, Confidence, Verdict, Witness
from harness.oracles.base import OracleContext, call_text, excerpt, texts_of

MODELS = frozenset({"bedrock-runtime", "openai"})
_INSTRUCTING = frozenset({"system", "developer"})


class PromptOracle:
    """What a request to a model must not hold.

    The payload in the part that a model takes for its operator's word: in a user's message it is
    data, however the model may take it; then the model's answer tells (see computed.py). And a row
    of a tenant whom the event does not name, where the answer goes to somebody outside: whoever
    asks the model well is told it (LLM02 and LLM08 of OWASP's list for LLM applications, 2025).
    """

    rules = ("prompt-injection",)

    def __init__(self, context: OracleContext) -> None:
        self._strangers = context.strangers

    def judge(self, case: Case) -> Iterator[Verdict]:
        calls = [call for call in case.observation.calls if call.service in MODELS]
        if not calls:
            return
        found = self._instruction(case, calls) or self._stranger(case, calls)
        if found is not None:
            yield found

    def _instruction(self, case: Case, calls: Sequence[AwsCall]) -> Verdict | None:
        trial = case.trial
        text = trial.text
        if trial.payload.rule != "prompt-injection" or not isinstance(text, str):
            return None
        for call in calls:
            for told in _instructions(call):
                at = told.find(text)
                if at >= 0:
                    seen = "an instruction: " + excerpt(told, at, len(text))
                    return _verdict(case, "structure", seen, call)
        return None

    def _stranger(self, case: Case, calls: Sequence[AwsCall]) -> Verdict | None:
        if not case.invocation.template.response.visible:
            return None
        for call in calls:
            text = call_text(call)
            for value, table in self._strangers.items():
                if value in text and value not in str(case.trial.value):
                    seen = f"a row of another tenant, of the table {table}: {value}"
                    return _verdict(case, "secret", seen, call)
        return None


def _verdict(case: Case, kind: str, seen: str, call: AwsCall) -> Verdict:
    return Verdict(
        rule="prompt-injection",
        trial=case.trial,
        witness=Witness(kind=kind, seen=seen, where=f"aws:{call.service}.{call.operation}"),
        confidence=Confidence.CONFIRMED,
    )


def _instructions(call: AwsCall) -> Iterator[str]:
    """Texts of the system part, of system and developer messages, and of `instructions`."""
    asked: Mapping[str, Any] = call.parameters
    body = asked.get("body")
    if isinstance(body, str):  # InvokeModel: the request is in the form of the model's family
        try:
            read = json.loads(body)
        except ValueError:
            return
        asked = read if isinstance(read, dict) else {}
    for name in ("system", "instructions"):
        yield from (text for _, text in texts_of(asked.get(name)))
    for name in ("messages", "input"):
        messages = asked.get(name)
        for message in messages if isinstance(messages, list) else ():
            if isinstance(message, dict) and message.get("role") in _INSTRUCTING:
                yield from (text for _, text in texts_of(message.get("content")))
