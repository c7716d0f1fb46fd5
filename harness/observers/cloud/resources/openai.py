"""A stand-in for APIs of OpenAI's form, where `OPENAI_BASE_URL` leads.

Shapes: https://platform.openai.com/docs/api-reference/chat/create and
https://platform.openai.com/docs/api-reference/responses/create. There is no streaming.
"""

import json
from typing import Any

from harness.observers.cloud.request import Answer, Request
from harness.observers.cloud.resources.models import Said, say

SERVICE = "openai"
PATH = "/openai/v1"


def answer(request: Request) -> Answer:
    """What the model says; 404 for what is not simulated, which no client tries again."""
    place = request.target.partition("?")[0].removeprefix(PATH)
    try:
        asked = json.loads(request.body or b"{}")
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        return _answer(400, _fault("the body must be a JSON object"))
    if place == "/chat/completions":
        return _answer(200, _completion(asked, say(_prompt(asked), _tools(asked))))
    if place == "/responses":
        return _answer(200, _response(asked, say(_prompt(asked), _tools(asked))))
    return _answer(404, _fault("the local cloud has no such model operation"))


def _prompt(asked: dict[str, Any]) -> dict[str, Any]:
    return {key: asked[key] for key in ("instructions", "input", "messages") if key in asked}


def _tools(asked: dict[str, Any]) -> dict[str, Any]:
    """Both forms: {"function": {"name", "parameters"}}, and the same without the wrapping."""
    found = {}
    for tool in asked.get("tools") or ():
        told = tool.get("function", tool) if isinstance(tool, dict) else {}
        if isinstance(told, dict) and isinstance(told.get("name"), str):
            found[told["name"]] = told.get("parameters")
    return found


def _completion(asked: dict[str, Any], said: Said) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": said.text or None}
    if said.tools:
        message["tool_calls"] = [
            {
                "id": f"call_{number}",
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(arguments)},
            }
            for number, (name, arguments) in enumerate(said.tools)
        ]
    reason = "tool_calls" if said.tools else "stop"
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1767225600,
        "model": asked.get("model", ""),
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def _response(asked: dict[str, Any], said: Said) -> dict[str, Any]:
    output: list[dict[str, Any]] = [
        {
            "type": "function_call",
            "id": f"fc_{number}",
            "call_id": f"call_{number}",
            "name": name,
            "arguments": json.dumps(arguments),
            "status": "completed",
        }
        for number, (name, arguments) in enumerate(said.tools)
    ]
    if not output:
        content = [{"type": "output_text", "text": said.text, "annotations": []}]
        output.append(
            {
                "type": "message",
                "id": "msg_1",
                "role": "assistant",
                "status": "completed",
                "content": content,
            }
        )
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1767225600,
        "model": asked.get("model", ""),
        "status": "completed",
        "output": output,
        "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2},
    }


def _fault(message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error"}}


def _answer(status: int, body: Any) -> Answer:
    headers = {"content-type": "application/json"}
    return Answer(status=status, headers=headers, body=json.dumps(body).encode())
