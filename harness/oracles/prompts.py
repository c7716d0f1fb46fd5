"""Prompt injection (CWE-1427): an attacker's text among the instructions of a language model."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.model import AwsCall, Case, Confidence, Verdict, Witness
from harness.oracles.base import excerpt, texts_of

MODELS = frozenset({"bedrock-runtime", "openai"})
_INSTRUCTING = frozenset({"system", "developer"})


class PromptOracle:
    """The payload stands in the part of a request that a model takes for its operator's word.

    In a user's message it is data, however the model may take it: then the model's answer tells
    (see computed.py).
    """

    rules = ("prompt-injection",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        text = trial.text
        if trial.payload.rule != "prompt-injection" or not isinstance(text, str):
            return
        for call in case.observation.calls:
            if call.service not in MODELS:
                continue
            for told in _instructions(call):
                at = told.find(text)
                if at >= 0:
                    yield Verdict(
                        rule="prompt-injection",
                        trial=trial,
                        witness=Witness(
                            kind="structure",
                            seen="an instruction: " + excerpt(told, at, len(text)),
                            where=f"aws:{call.service}.{call.operation}",
                        ),
                        confidence=Confidence.CONFIRMED,
                    )
                    return


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
