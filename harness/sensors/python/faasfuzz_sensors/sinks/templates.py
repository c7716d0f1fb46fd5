"""Template engines: the source that they are given to compile."""

import functools

from faasfuzz_sensors.importing import after_import
from faasfuzz_sensors.record import text
from faasfuzz_sensors.telling import quiet, tell

# module -> (class, method, engine): where each engine receives a template's source.
_PLACES = {
    "jinja2.environment": ("Environment", "_parse", "jinja2", 1),
    "mako.template": ("Template", "__init__", "mako", 1),
    "tornado.template": ("Template", "__init__", "tornado", 1),
    "django.template.base": ("Template", "__init__", "django", 1),
}


def _source(args, kwargs, position):
    for name in ("source", "text", "template_string"):
        if name in kwargs:
            return kwargs[name]
    return args[position] if len(args) > position else None


def _hook(module):
    owner_name, method_name, engine, position = _PLACES[module.__name__]
    owner = getattr(module, owner_name)
    original = getattr(owner, method_name)

    @functools.wraps(original)
    def wrapper(*args, **kwargs):
        try:
            source = _source(args, kwargs, position)
            if isinstance(source, (str, bytes)):
                with quiet():
                    tell("template", engine, {"engine": engine, "source": text(source)}, skip=2)
        except Exception:
            pass  # a fault of a sensor must not become the function's
        return original(*args, **kwargs)

    setattr(owner, method_name, wrapper)


def install():
    after_import(_PLACES.__contains__, _hook)
