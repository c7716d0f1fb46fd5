"""Google's Functions Framework, its own package, called as the platform calls it over HTTP.

CloudEvents arrive in binary mode (https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md),
background events of the first generation as their JSON.
"""

import json
import os

import functions_framework
from flask.json.provider import DefaultJSONProvider
from werkzeug.datastructures import Headers, ImmutableMultiDict

from faasfuzz_hosts import HostError, called, http_answer, settings

try:
    from faasfuzz_sensors import origin
    from faasfuzz_sensors.origin import escape, note
except ImportError:  # without sensors nothing is learnt
    origin = None


class _Noted(object):
    """Tells which names are asked for, while learning."""

    _at = ""

    def _note(self, name):
        if origin is not None and origin.ON and isinstance(name, str):
            kind = "present" if self._has(name) else "missing"
            note(self._at + "/" + escape(name if self._at == "/query" else name.lower()), kind)

    def get(self, key, *args, **kwargs):
        self._note(key)
        return super().get(key, *args, **kwargs)

    def __getitem__(self, key):
        self._note(key)
        return super().__getitem__(key)


class _Arguments(_Noted, ImmutableMultiDict):
    _at = "/query"

    def _has(self, name):
        return dict.__contains__(self, name)

    def __contains__(self, key):
        self._note(key)
        return dict.__contains__(self, key)


class _Headers(_Noted, Headers):
    _at = "/headers"

    def _has(self, name):
        return any(own.lower() == name.lower() for own, _ in self._list)


class _Held(object):
    """The value behind the JSON that is sent: while learning, what reads a field of it is seen."""

    text, value = None, None

    def of(self, text, otherwise):
        if self.text is None or text != self.text:
            return otherwise()
        return self.value

    def sent(self, value):
        text = json.dumps(value).encode()
        learning = origin is not None and origin.ON
        self.text, self.value = (text, value) if learning else (None, None)
        return text


_HELD = _Held()
_from_http = functions_framework.from_http


def _event_from_http(headers, data):
    event = _from_http(headers, data)
    event.data = _HELD.of(data, lambda: event.data)
    return event


functions_framework.from_http = _event_from_http


class _Json(DefaultJSONProvider):
    def loads(self, s, **kwargs):
        text = s.encode() if isinstance(s, str) else s
        return _HELD.of(text, lambda: DefaultJSONProvider.loads(self, s, **kwargs))


def _request_class(base):
    class Request(base):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.headers = _Headers(list(self.headers))

        @property
        def args(self):
            return _Arguments(super().args)

    return Request


_TOLD = settings()


def _loaded():
    path, _, name = _TOLD["handler"].partition(":")
    source = os.path.join(_TOLD["root"], path)
    try:
        app = functions_framework.create_app(name, source, _TOLD["signature"])
    except ImportError as error:
        raise HostError("%s cannot be imported: %s" % (path, error)) from error
    if not hasattr(app, "test_client"):
        raise HostError("%s is asynchronous (functions_framework.aio); not known here" % name)
    # What a function raises is for our client to tell, as it does for every function.
    app.config["PROPAGATE_EXCEPTIONS"] = True
    app.json = _Json(app)
    app.request_class = _request_class(app.request_class)
    return app.test_client(use_cookies=False)


_CLIENT = called(_TOLD["root"], _loaded)


def handle(event, context):
    """One request. `event` is an HTTP request, a CloudEvent or a background event."""
    return called(_TOLD["root"], lambda: _handled(event))


def _handled(event):
    if not isinstance(event, dict) or "specversion" in event:
        return _sent("POST", "/", *_binary(event))
    if "method" in event and "headers" in event:
        headers = {name: _text(value) for name, value in dict.items(event["headers"])}
        body = event.get("body")
        sent = b"" if body is None else _text(body).encode("utf-8", "surrogatepass")
        return _sent(event["method"], event["path"], headers, sent, event.get("query"))
    return _sent("POST", "/", {"content-type": "application/json"}, _HELD.sent(event))


def _sent(method, path, headers, body, query=None):
    pairs = [(name, value) for name, value in headers.items() if name.lower() != "host"]
    answer = _CLIENT.open(
        path,
        method=str(method),
        headers=pairs,
        data=body,
        query_string=dict(dict.items(query)) if query else None,
        base_url="https://" + str(headers.get("host", "localhost")),
    )
    return http_answer(answer.status_code, answer.headers.items(), answer.get_data())


def _text(value):
    return value if isinstance(value, str) else json.dumps(value)


def _binary(event):
    """(headers, body) of a CloudEvent in binary mode: attributes in headers, data in the body."""
    if not isinstance(event, dict):
        return {"content-type": "application/json"}, json.dumps(event).encode()
    headers = {"content-type": "application/json"}
    for name, value in dict.items(event):
        if name == "datacontenttype":
            headers["content-type"] = _text(value)
        elif name != "data":
            headers["ce-" + name] = _attribute(_text(value))
    body = dict.get(event, "data")
    if isinstance(body, str) and headers["content-type"] != "application/json":
        return headers, body.encode("utf-8", "surrogatepass")
    return headers, _HELD.sent(body)


def _attribute(text):
    """Percent-encoded where the binding wants it: controls, space, quote, percent, not ASCII."""
    return "".join(
        c if "!" <= c <= "~" and c not in '"%' else "".join("%%%02X" % b for b in _bytes(c))
        for c in text
    )


def _bytes(character):
    return character.encode("utf-8", "surrogatepass")
