"""OpenWhisk's Python runtime: `main(params)`, a mapping in and a mapping out.

https://github.com/apache/openwhisk/blob/master/docs/actions-python.md
"""

import importlib.util
import inspect
import os
import time

from faasfuzz_hosts import HostError, called, settings


_TOLD = settings()


def _loaded():
    path, _, name = _TOLD["handler"].partition(":")
    # The proxy calls the module so, whatever the file's name is.
    spec = importlib.util.spec_from_file_location("action", os.path.join(_TOLD["root"], path))
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except ImportError as error:
        raise HostError("%s cannot be imported: %s" % (path, error)) from error
    call = getattr(module, name or "main", None)
    if call is None:
        raise HostError("%s has no function %s" % (path, name or "main"))
    return call


_CALL = called(_TOLD["root"], _loaded)
_WITH_ARGUMENT = bool(inspect.signature(_CALL).parameters)


def handle(event, context):
    """One activation. `event` are the action's parameters."""
    os.environ["__OW_ACTIVATION_ID"] = context.aws_request_id.replace("-", "")
    left = context.get_remaining_time_in_millis()
    os.environ["__OW_DEADLINE"] = str(int(time.time() * 1000) + left)
    return _CALL(event) if _WITH_ARGUMENT else _CALL()
