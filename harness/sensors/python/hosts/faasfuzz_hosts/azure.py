"""A worker of Azure Functions: function.json (v1) or decorators (v2), through azure-functions.

What reaches the function is made by the converters of the azure-functions package, as in
Microsoft's own worker; the event is the request that the host sends a custom handler.
https://learn.microsoft.com/en-us/azure/azure-functions/functions-custom-handlers#request-payload
"""

import asyncio
import importlib
import inspect
import json
import logging
import os
import pathlib
import sys
import types

import azure.functions as azf
from azure.functions import _jsonutils, meta

from faasfuzz_hosts import HostError, called, http_answer, settings


class _Carried(str):
    """JSON text beside the value that it is made of: what reads a field of it can be seen."""

    held = None


def _carried(value):
    text = _Carried(json.dumps(value))
    text.held = value
    return text


_loads = _jsonutils.json.loads
_jsonutils.json.loads = lambda text: text.held if isinstance(text, _Carried) else _loads(text)


class _Out(azf.Out):
    """An output binding's value."""

    def __init__(self):
        self.value = None

    def set(self, val):
        self.value = val

    def get(self):
        return self.value


class _Context(azf.Context):
    """What a function may ask for by a parameter called `context`."""

    def __init__(self, name, folder, invocation):
        self._told = (name, folder, invocation)

    function_name = property(lambda self: self._told[0])
    function_directory = property(lambda self: self._told[1])
    invocation_id = property(lambda self: self._told[2])
    trace_context = property(lambda self: None)
    retry_context = property(lambda self: None)
    thread_local_storage = property(lambda self: None)


class _Function(object):
    """A function and its bindings: dictionaries as function.json has them."""

    def __init__(self, name, call, bindings, folder):
        self.name, self.call, self.bindings, self.folder = name, call, bindings, folder
        self.parameters = inspect.signature(call).parameters
        self.trigger = next(b for b in bindings if b["type"].lower().endswith("trigger"))

    def handle(self, event, invocation):
        inputs, outputs = {}, {}
        for binding in self.bindings:
            name, direction = binding["name"], str(binding.get("direction", "in")).lower()
            if binding is self.trigger:
                inputs[name] = _decoded(binding["type"], event)
            elif direction in ("out", "1"):
                outputs[name] = _Out()
            elif name in self.parameters:
                inputs[name] = _empty(binding["type"])
        given = dict(inputs)
        given.update((name, out) for name, out in outputs.items() if name in self.parameters)
        if "context" in self.parameters and "context" not in given:
            given["context"] = _Context(self.name, self.folder, invocation)
        answer = self.call(**given)
        if inspect.isawaitable(answer):
            answer = asyncio.run(_awaited(answer))
        written = {name: _told(out.value) for name, out in outputs.items() if out.value is not None}
        if self.trigger["type"].lower() != "httptrigger":
            return {"Outputs": written, "Logs": [], "ReturnValue": _told(answer)}
        return self._http(answer, outputs, written)

    def _http(self, answer, outputs, written):
        for binding in self.bindings:
            name = binding["name"]
            if binding["type"].lower() == "http" and name in outputs and name != "$return":
                answer = outputs[name].value
                written.pop(name, None)
        if answer is None:
            told = http_answer(204, (), b"")
        elif isinstance(answer, str):
            told = http_answer(
                200, [("content-type", "text/plain; charset=utf-8")], answer.encode()
            )
        elif isinstance(answer, azf.HttpResponse):
            kind = [("content-type", "%s; charset=%s" % (answer.mimetype, answer.charset))]
            own = list(answer.headers.items())
            named = any(name.lower() == "content-type" for name, _ in own)
            told = http_answer(answer.status_code, own if named else kind + own, answer.get_body())
        else:
            raise TypeError(
                "unable to encode outgoing TypedData: unsupported type %r for Python type %r"
                % (type(answer), type(answer).__name__)
            )
        if written:
            told["Outputs"] = written
        return told


async def _awaited(answer):
    return await answer


def _told(value):
    """An output as JSON can hold it."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, (list, tuple, set)):
        return [_told(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _told(item) for key, item in dict.items(value)}
    body = getattr(value, "get_body", None) or getattr(value, "get_json", None)
    if callable(body):
        return _told(body())
    return str(value)


def _decoded(kind, event):
    """The trigger's value for the function, of the only entry of the request's Data."""
    data = next(iter(dict.values(event["Data"])))
    metadata = event.get("Metadata") or {}
    if kind.lower() == "httptrigger":
        return _request(data)
    if isinstance(data, (list, dict)):
        datum = meta.Datum(_carried(data), "json")
    elif kind in _LISTS and str.__str__(data).lstrip().startswith("["):
        datum = meta.Datum(data, "json")
        metadata = _as_long(metadata, len(json.loads(str.__str__(data))))
    else:
        datum = meta.Datum(data, "json" if kind in _JSON else "string")
    told = {key: _datum(value) for key, value in dict.items(metadata)}
    converter = meta._ConverterMeta.get(kind)
    if converter is None or not hasattr(converter, "decode"):
        return data if isinstance(data, str) else json.dumps(data)
    return converter.decode(datum, trigger_metadata=told)


# Triggers whose data is a list of records, with metadata in lists beside it.
_LISTS = ("eventHubTrigger", "serviceBusTrigger")
_JSON = ("cosmosDBTrigger", "sqlTrigger", "mySqlTrigger", "timerTrigger", "activityTrigger")


def _as_long(metadata, count):
    """Metadata whose lists have an entry for each record: the last one stands for those after."""
    longer = {}
    for key, value in dict.items(metadata):
        if key.endswith("Array") and isinstance(value, list) and 0 < len(value) < count:
            value = list(list.__iter__(value)) + [list.__getitem__(value, -1)] * (
                count - len(value)
            )
        longer[key] = value
    return longer


def _datum(value):
    if isinstance(value, bool) or value is None or isinstance(value, (dict, list, float)):
        return meta.Datum(_carried(value), "json")
    if isinstance(value, int):
        return meta.Datum(value, "int")
    return meta.Datum(value, "string")


def _request(told):
    def texts(mapping):
        return {key: meta.Datum(value, "string") for key, value in dict.items(mapping or {})}

    headers = {
        key: ", ".join(list.__iter__(value)) if isinstance(value, list) else value
        for key, value in dict.items(told.get("Headers") or {})
    }
    body = told.get("Body")
    if not isinstance(body, str):
        body = "" if body is None else json.dumps(body)
    request = {
        "method": meta.Datum(told["Method"], "string"),
        "url": meta.Datum(told["Url"], "string"),
        "headers": texts(headers),
        "query": {},
        "params": {},
        "body": meta.Datum(body, "string"),
    }
    made = meta._ConverterMeta.get("httpTrigger").decode(
        meta.Datum(request, "http"), trigger_metadata=None
    )
    # The mappings themselves, which see what is asked of them, behind the views that the type has.
    for name, key in (("params", "Query"), ("route_params", "Params")):
        view = types.MappingProxyType(told.get(key) or {})
        setattr(made, "_HttpRequest__" + name, view)
    return made


def _empty(kind):
    """What an input binding gives that finds nothing."""
    converter = meta._ConverterMeta.get(kind)
    nothing = {"blob": ("", "string"), "cosmosDB": ("[]", "json"), "sql": ("[]", "json")}
    value, form = nothing.get(kind, ("{}", "json"))
    if converter is None or not hasattr(converter, "decode"):
        return value
    try:
        return converter.decode(meta.Datum(value, form), trigger_metadata=None)
    except Exception:
        return None


def _by_decorators(root, path, name):
    module = importlib.import_module("function_app")
    for app in vars(module).values():
        if isinstance(app, azf.decorators.function_app.FunctionRegister):
            for function in app.get_functions():
                if function.get_function_name() == name:
                    bindings = [json.loads(b) for b in function.get_raw_bindings()]
                    return _Function(name, function.get_user_function(), bindings, root)
    raise HostError("%s declares no function %s" % (path, name))


def _by_file(root, path, entry):
    """As the worker loads scripts: below a package `__app__`, so that they can import beside."""
    declared = pathlib.Path(root, path).parent / "function.json"
    for file in [declared] + sorted(pathlib.Path(root).glob("*/function.json")):
        if file.is_file():
            told = json.loads(file.read_text(encoding="utf-8-sig"))
            script = file.parent / told.get("scriptFile", "__init__.py")
            if script.resolve() == pathlib.Path(root, path).resolve():
                break
    else:
        raise HostError("no function.json names %s" % path)
    package = types.ModuleType("__app__")
    package.__path__ = [root]
    sys.modules["__app__"] = package
    parts = list(pathlib.Path(path).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    module = importlib.import_module(".".join(["__app__"] + parts))
    call = getattr(module, entry or "main", None)
    if call is None:
        raise HostError("%s has no function %s" % (path, entry or "main"))
    return _Function(file.parent.name, call, told["bindings"], str(file.parent))


_TOLD = settings()
logging.getLogger().setLevel(logging.INFO)  # as Microsoft's worker sets it


def _loaded():
    path, _, name = _TOLD["handler"].partition(":")
    root = _TOLD["root"]
    try:
        if os.path.isfile(os.path.join(root, "function_app.py")):
            try:
                return _by_decorators(root, path, name)
            except HostError:
                if not path.endswith("__init__.py"):
                    raise
        return _by_file(root, path, name)
    except ImportError as error:
        raise HostError("%s cannot be imported: %s" % (path, error)) from error


_FUNCTION = called(_TOLD["root"], _loaded)


def handle(event, context):
    """One invocation. `event` is what the host sends to a custom handler."""
    return called(_TOLD["root"], lambda: _FUNCTION.handle(event, context.aws_request_id))
