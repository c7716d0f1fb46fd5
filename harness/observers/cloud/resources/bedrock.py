"""A stand-in for the language models behind Amazon Bedrock's runtime API.

What it says is in models.py. Shapes:
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html and
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html. There is no
streaming.
"""

import json
import re
from typing import Any
from urllib.parse import unquote

from harness.observers.cloud.request import Answer, Request
from harness.observers.cloud.resources.models import Said, say

SERVICE = "bedrock-runtime"
_PATH = re.compile(r"/model/(?P<model>[^/]+)/(?P<operation>converse|invoke)$")


def answer(request: Request) -> Answer:
    """What the model says. An operation that is not simulated is 501, which no SDK tries again."""
    match = _PATH.match(unquote(request.target.partition("?")[0]))
    try:
        asked = json.loads(request.body)
    except ValueError:
        asked = None
    if match is None or not isinstance(asked, dict):
        body: Any = {"message": "the local cloud has no such model operation"}
        return _answer(501 if match is None else 400, body)
    said = say(asked, _tools(asked))
    if match["operation"] == "converse":
        return _answer(200, _converse(said))
    return _answer(200, _invoke(match["model"], asked, said))


def _tools(asked: dict[str, Any]) -> dict[str, Any]:
    """The schemas of tools as Converse and as Anthropic's models are told them."""
    declared = asked.get("toolConfig")
    listed = declared.get("tools") if isinstance(declared, dict) else asked.get("tools")
    found = {}
    for tool in listed if isinstance(listed, list) else ():
        told = tool.get("toolSpec", tool) if isinstance(tool, dict) else {}
        if isinstance(told, dict) and isinstance(told.get("name"), str):
            schema = told.get("inputSchema") or {"json": told.get("input_schema")}
            found[told["name"]] = schema.get("json") if isinstance(schema, dict) else None
    return found


def _converse(said: Said) -> dict[str, Any]:
    content: list[dict[str, Any]] = [
        {"toolUse": {"toolUseId": f"tooluse_{number}", "name": name, "input": dict(arguments)}}
        for number, (name, arguments) in enumerate(said.tools)
    ]
    return {
        "output": {"message": {"role": "assistant", "content": content or [{"text": said.text}]}},
        "stopReason": "tool_use" if said.tools else "end_turn",
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
        "metrics": {"latencyMs": 1},
    }


def _invoke(model: str, asked: dict[str, Any], answer: Said) -> dict[str, Any]:
    """The answer in the form of the model's family."""
    said = answer.text
    if "amazon.titan" in model:
        return {"results": [{"outputText": said, "completionReason": "FINISH"}]}
    if "meta.llama" in model:
        return {"generation": said, "stop_reason": "stop"}
    if "mistral" in model:
        return {"outputs": [{"text": said, "stop_reason": "stop"}]}
    if "cohere" in model:
        return {"text": said, "generations": [{"text": said}]}
    if "amazon.nova" in model:
        return _converse(answer)
    if "prompt" in asked:
        return {"completion": said, "stop_reason": "stop_sequence"}
    content: list[dict[str, Any]] = [
        {"type": "tool_use", "id": f"toolu_{number}", "name": name, "input": dict(arguments)}
        for number, (name, arguments) in enumerate(answer.tools)
    ]
    return {
        "type": "message",
        "role": "assistant",
        "content": content or [{"type": "text", "text": said}],
        "stop_reason": "tool_use" if answer.tools else "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def _answer(status: int, body: Any) -> Answer:
    headers = {"content-type": "application/json"}
    if status >= 400:
        headers["x-amzn-errortype"] = "ValidationException"
    return Answer(status=status, headers=headers, body=json.dumps(body).encode())
