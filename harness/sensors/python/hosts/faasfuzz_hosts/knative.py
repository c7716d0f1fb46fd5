"""Knative Functions for Python: its own middleware, called as an ASGI server calls it.

https://github.com/knative-extensions/func-python
"""

import asyncio
import importlib
import json
import logging
import sys
from urllib.parse import quote, urlencode

from func_python import cloudevent, http

from faasfuzz_hosts import HostError, called, http_answer, settings


_TOLD = settings()
_MIDDLEWARE = cloudevent if _TOLD["signature"] == "cloudevent" else http
_LOOP = asyncio.new_event_loop()
_BODY = {"text": None, "failed": None}
_decode_event = cloudevent.decode_event


async def _decoded(scope, receive):
    """The event, whose data is decoded from the body that is sent: what reads a field is seen."""
    event = await _decode_event(scope, receive)
    if isinstance(event.get_data(), dict):
        event._data = json.loads(_BODY["text"])
    return event


cloudevent.decode_event = _decoded


class _Watched(object):
    """The function. What it raises is for our client to tell, as it does for every function."""

    def __init__(self, function):
        self._function = function

    def __getattr__(self, name):
        return getattr(self._function, name)

    async def handle(self, scope, receive, send):
        try:
            await self._function.handle(scope, receive, send)
        except Exception as error:
            _BODY["failed"] = error
            raise


def _loaded():
    path, _, name = _TOLD["handler"].partition(":")
    sys.path.insert(0, _TOLD["root"])
    try:
        module = importlib.import_module(path[: -len(".py")].replace("/", "."))
    except ImportError as error:
        raise HostError("%s cannot be imported: %s" % (path, error)) from error
    found = getattr(module, name)
    return found() if name == "new" else _MIDDLEWARE.DefaultFunction(found)


async def _started():
    app = _MIDDLEWARE.ASGIApplication(_Watched(_FUNCTION))
    await app.on_start()
    return app


_FUNCTION = called(_TOLD["root"], _loaded)
_APP = called(_TOLD["root"], lambda: _LOOP.run_until_complete(_started()))
logging.getLogger().setLevel(logging.INFO)  # as its middleware wants it


def handle(event, context):
    """One HTTP request, which carries a CloudEvent where the function takes these."""
    return called(_TOLD["root"], lambda: _LOOP.run_until_complete(_handled(event)))


async def _handled(event):
    _BODY.update(text=_text(event.get("body")), failed=None)
    body = _BODY["text"].encode("utf-8", "surrogatepass")
    pairs = {name: _text(value) for name, value in dict.items(event.get("query") or {})}
    path = str(event.get("path", "/"))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": str(event["method"]),
        "path": path,
        "raw_path": quote(path, safe="/%").encode(),
        "query_string": urlencode(pairs).encode(),
        "root_path": "",
        "headers": [
            (name.lower().encode(), _text(value).encode("utf-8", "surrogatepass"))
            for name, value in dict.items(event["headers"])
        ],
        "client": ("203.0.113.7", 54321),
        "server": ("localhost", 8080),
    }
    told = {"status": 500, "headers": [], "body": b""}

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message):
        if message["type"] == "http.response.start":
            told.update(status=message["status"], headers=list(message.get("headers", ())))
        else:
            told["body"] += message.get("body", b"")

    await _APP(scope, receive, send)
    if _BODY["failed"] is not None:
        raise _BODY["failed"]
    headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in told["headers"]]
    return http_answer(told["status"], headers, told["body"])


def _text(value):
    return value if isinstance(value, str) else "" if value is None else json.dumps(value)
