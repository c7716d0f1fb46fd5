"""A stand-in for the language models behind Amazon Bedrock's runtime API.

It plays the worst case: a model that obeys whatever text stands last in its prompt. Asked for "the
product of A and B" it answers with that number alone (in JSON when asked so), and with a harmless
word else. Which functions then take the answer for their own is what a campaign asks. Shapes:
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html and
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html. There is no
streaming.
"""

import json
import re
from typing import Any
from urllib.parse import unquote

from harness.observers.cloud.request import Answer, Request

SERVICE = "bedrock-runtime"
_PATH = re.compile(r"/model/(?P<model>[^/]+)/(?P<operation>converse|invoke)$")
_ORDER = re.compile(r"product of (\d{1,9}) and (\d{1,9})", re.IGNORECASE)
_NAMES = re.compile(r"[\"'](\w{1,40})[\"']\s*:")
_USUAL = ("answer", "category", "label", "message", "rating", "reply", "result", "summary", "text")
_HARMLESS = "sample"


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
    said = obey("\n".join(_texts(asked)))
    if match["operation"] == "converse":
        return _answer(200, _converse(said))
    return _answer(200, _invoke(match["model"], asked, said))


def obey(prompt: str) -> str:
    """The answer of a model that does what the last instruction in a prompt says."""
    orders = list(_ORDER.finditer(prompt))
    if not orders:
        return _HARMLESS
    product = str(int(orders[-1].group(1)) * int(orders[-1].group(2)))
    if re.search(r"only with a JSON object", prompt[: orders[-1].start()]):
        return json.dumps(dict.fromkeys((*_USUAL, *_NAMES.findall(prompt)), product))
    return product


def _texts(value: Any) -> list[str]:
    """Every text of a request, in order: roles are no border for a model that obeys."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return []


def _converse(said: str) -> dict[str, Any]:
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": said}]}},
        "stopReason": "end_turn",
        "usage": {"inputTokens": 1, "outputTokens": 1, "totalTokens": 2},
        "metrics": {"latencyMs": 1},
    }


def _invoke(model: str, asked: dict[str, Any], said: str) -> dict[str, Any]:
    """The answer in the form of the model's family."""
    if "amazon.titan" in model:
        return {"results": [{"outputText": said, "completionReason": "FINISH"}]}
    if "meta.llama" in model:
        return {"generation": said, "stop_reason": "stop"}
    if "mistral" in model:
        return {"outputs": [{"text": said, "stop_reason": "stop"}]}
    if "cohere" in model:
        return {"text": said, "generations": [{"text": said}]}
    if "amazon.nova" in model:
        return _converse(said)
    if "prompt" in asked:
        return {"completion": said, "stop_reason": "stop_sequence"}
    return {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "text", "text": said}],
        "stop_reason": "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def _answer(status: int, body: Any) -> Answer:
    headers = {"content-type": "application/json"}
    if status >= 400:
        headers["x-amzn-errortype"] = "ValidationException"
    return Answer(status=status, headers=headers, body=json.dumps(body).encode())
