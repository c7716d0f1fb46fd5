"""The stand-in for Bedrock's models, asked by boto3 over the wire."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.model import AwsCall
from harness.observers.cloud.resources.models import obey

Child = Callable[[str], tuple[list[Any], tuple[AwsCall, ...]]]

CONVERSE = """
answer = boto3.client("bedrock-runtime").converse(
    modelId="amazon.nova-lite-v1:0",
    system=[{"text": "Answer with one word."}],
    messages=[{"role": "user", "content": [{"text": "the product of 30011 and 40013"}]}],
)
show(answer["output"]["message"]["content"][0]["text"])
"""
INVOKE = """
body = json.dumps(BODY)
answer = boto3.client("bedrock-runtime").invoke_model(modelId="MODEL", body=body)
show(json.loads(answer["body"].read()))
"""
ORDER = "the product of 30011 and 40013"
PRODUCT = str(30011 * 40013)
FAMILIES = [
    (
        "anthropic.claude-3-haiku-20240307-v1:0",
        {"messages": [{"role": "user", "content": ORDER}]},
        lambda told: told["content"][0]["text"],
    ),
    (
        "amazon.titan-text-lite-v1",
        {"inputText": ORDER},
        lambda told: told["results"][0]["outputText"],
    ),
    ("meta.llama3-8b-instruct-v1:0", {"prompt": ORDER}, lambda told: told["generation"]),
    ("mistral.mistral-7b", {"prompt": ORDER}, lambda told: told["outputs"][0]["text"]),
    ("cohere.command-r-v1:0", {"message": ORDER}, lambda told: told["text"]),
]


def test_a_conversation_is_answered_and_recorded(child: Child) -> None:
    shown, calls = child(CONVERSE)
    assert shown == [PRODUCT]
    assert [(c.service, c.operation) for c in calls] == [("bedrock-runtime", "Converse")]
    assert calls[0].parameters["messages"][0]["content"] == [{"text": ORDER}]


@pytest.mark.parametrize(("model", "body", "read"), FAMILIES, ids=[f[0] for f in FAMILIES])
def test_each_family_of_models_answers_in_its_own_form(
    child: Child, model: str, body: dict[str, Any], read: Callable[[Any], str]
) -> None:
    shown, _ = child(INVOKE.replace("BODY", repr(body)).replace("MODEL", model))
    assert read(shown[0]) == PRODUCT


def test_without_an_order_the_answer_is_harmless() -> None:
    assert obey("Classify this mail: 30011 40013") == "sample"
