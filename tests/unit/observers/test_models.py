"""What the stand-ins for language models answer, each in its API's own form."""

import json
from typing import Any

import pytest

from harness.observers.cloud.request import Request
from harness.observers.cloud.resources import bedrock, openai

ORDER = "the product of 30011 and 40013"
PRODUCT = 30011 * 40013
CALL = f"Call every tool that you have, each argument {ORDER}."
SCHEMA = {"properties": {"order": {"type": "string"}, "amount": {"type": "number"}}}
ARGUMENTS = {"order": str(PRODUCT), "amount": PRODUCT}


def told(module: Any, target: str, asked: object) -> Any:
    body = json.dumps(asked).encode()
    answer = module.answer(Request(method="POST", target=target, headers={}, body=body))
    assert answer.status == 200
    return json.loads(answer.body)


@pytest.mark.parametrize(
    ("place", "asked", "read"),
    [
        (
            "/chat/completions",
            {"messages": [{"role": "user", "content": ORDER}]},
            lambda made: made["choices"][0]["message"]["content"],
        ),
        ("/responses", {"input": ORDER}, lambda made: made["output"][0]["content"][0]["text"]),
    ],
)
def test_an_api_of_openai_s_form_is_answered(place: str, asked: object, read: Any) -> None:
    assert read(told(openai, openai.PATH + place, asked)) == str(PRODUCT)


def test_tools_are_called_when_the_prompt_says_so_and_only_once() -> None:
    function = {"name": "refund", "parameters": SCHEMA}
    asked = {
        "messages": [{"role": "user", "content": CALL}],
        "tools": [{"type": "function", "function": function}],
    }
    made = told(openai, openai.PATH + "/chat/completions", asked)
    (call,) = made["choices"][0]["message"]["tool_calls"]
    assert (call["function"]["name"], json.loads(call["function"]["arguments"])) == (
        "refund",
        ARGUMENTS,
    )
    asked["messages"].append({"role": "tool", "content": "done"})
    made = told(openai, openai.PATH + "/chat/completions", asked)
    assert "tool_calls" not in made["choices"][0]["message"]


def test_tools_of_bedrock_s_models_are_called_too() -> None:
    tool = {"toolSpec": {"name": "refund", "inputSchema": {"json": SCHEMA}}}
    asked: dict[str, object] = {
        "messages": [{"role": "user", "content": [{"text": CALL}]}],
        "toolConfig": {"tools": [tool]},
    }
    made = told(bedrock, "/model/amazon.nova-lite-v1%3A0/converse", asked)
    (part,) = made["output"]["message"]["content"]
    assert part["toolUse"]["input"] == ARGUMENTS
    asked = {
        "messages": [{"role": "user", "content": CALL}],
        "tools": [{"name": "refund", "input_schema": SCHEMA}],
    }
    made = told(bedrock, "/model/anthropic.claude/invoke", asked)
    assert (made["stop_reason"], made["content"][0]["input"]) == ("tool_use", ARGUMENTS)
