"""The commands that send an event again to a function of Azure, Google or OpenWhisk."""

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from harness.model import Finding

# Where `functions-framework` and `func start` listen.
_GOOGLE, _AZURE = "http://127.0.0.1:8080", "http://127.0.0.1:7071"
_PATH = "/%:@&=+$,;~*()!"
# What CloudEvents leave as it is in a header: printable ASCII but space, quote and percent.
_ATTRIBUTE = "!#$&'()*+,-./:;<=>?@[]^_`{|}~\\"


def platform_command(finding: Finding, function: str) -> tuple[str, str]:
    """(what it does, the command); ("", "") for functions of AWS and what no shell can carry."""
    event = finding.event
    provider = finding.trigger.partition(".")[0]
    if not isinstance(event, Mapping):
        return "", ""
    if provider == "gcp":
        told, words = f"Over HTTP, after functions-framework --target {function}", _google(event)
    elif provider == "knative":
        told, words = "Over HTTP, after func run", _google(event)
    elif provider == "azure":
        told, words = "Over HTTP, after func start", _azure(event, function)
    elif provider == "openwhisk":
        told = "In OpenWhisk, with the exported event"
        words = ["wsk", "action", "invoke", function, "--blocking"]
        words += ["--param-file", f"{finding.id}.json"]
    else:
        return "", ""
    if any("\0" in word for word in words) or not words:
        return "", ""
    return told, shlex.join(words)


def _google(event: Mapping[str, Any]) -> list[str]:
    if "headers" in event or "path" in event or "query" in event:
        url = f"{_GOOGLE}{quote(str(event.get('path', '/')), safe=_PATH)}"
        headers = _pairs(event.get("headers"))
        method = str(event.get("method") or "POST")
        return _curl(method, url, headers, event.get("query"), event.get("body"))
    headers = [("content-type", "application/json")]
    if "specversion" not in event:
        return _curl("POST", _GOOGLE, headers, None, event)
    attributes = [(k, v) for k, v in event.items() if k not in ("data", "datacontenttype")]
    headers += [(f"ce-{name}", quote(str(value), safe=_ATTRIBUTE)) for name, value in attributes]
    return _curl("POST", _GOOGLE, headers, None, event.get("data"))


def _azure(event: Mapping[str, Any], function: str) -> list[str]:
    data = event.get("Data")
    value = next(iter(data.values()), None) if isinstance(data, Mapping) else None
    if isinstance(value, Mapping) and "Url" in value:
        url = f"{_AZURE}{urlsplit(str(value['Url'])).path}"
        headers = _pairs(value.get("Headers"))
        method = str(value.get("Method") or "POST")
        return _curl(method, url, headers, value.get("Query"), value.get("Body"))
    text = value if isinstance(value, str) else json.dumps(value)
    url = f"{_AZURE}/admin/functions/{quote(function)}"
    return _curl("POST", url, [("content-type", "application/json")], None, {"input": text})


def _pairs(headers: Any) -> list[tuple[str, str]]:
    named = headers.items() if isinstance(headers, Mapping) else ()
    return [
        (str(name), str(value))
        for name, values in named
        for value in (values if isinstance(values, list) else [values])
    ]


def _curl(
    method: str, url: str, headers: Sequence[tuple[str, str]], query: Any, body: Any
) -> list[str]:
    words = ["curl", "-i", "-X", method]
    for name, value in headers:
        if name.lower() not in ("host", "content-length") and "\n" not in f"{name}{value}":
            words += ["-H", f"{name}: {value}"]
    if body not in (None, ""):
        words += ["--data-binary", body if isinstance(body, str) else json.dumps(body)]
    asked = urlencode(query, quote_via=quote) if isinstance(query, Mapping) and query else ""
    return [*words, f"{url}?{asked}" if asked else url]
