"""Whose code is running: the application's innermost frame, and the libraries between it and us."""

import os
import sys

_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_known = {}
_root = ""
_THROUGH = 12


_packages = frozenset()


def set_task_root(path):
    global _root, _packages
    _root = os.path.abspath(path) + os.sep
    handler = os.environ.get("_HANDLER", "").replace("/", ".").partition(".")[0]
    # The application itself may have been installed as a package.
    _packages = frozenset(_installed(_root)) - {handler}


def is_application(filename):
    """Whether a file is the application's own."""
    found = _known.get(filename)
    if found is None and filename.startswith("<"):
        found = _known[filename] = False  # frozen modules and code made from text
    if found is None:
        path = os.path.abspath(filename)
        found = (
            path.startswith(_root)
            and not path.startswith(_OWN)
            and not _is_package(path[len(_root) :])
        )
        _known[filename] = found
    return found


def relative(filename):
    """The path of an application's file below the task root."""
    return os.path.abspath(filename)[len(_root) :]


def _is_package(path):
    """Whether a file of the task root belongs to a package installed beside the code."""
    if "site-packages" in path:
        return True
    top = path.split(os.sep)[0]
    name = top[:-3] if top.endswith(".py") else top
    return name in _packages


def _installed(root):
    """Top-level names that packages brought, by the list which each keeps of its files.

    https://packaging.python.org/en/latest/specifications/recording-installed-packages/
    """
    try:
        entries = [name for name in os.listdir(root) if name.endswith(".dist-info")]
    except OSError:
        return  # a task root that cannot be listed has no packages that we know of
    for entry in entries:
        yield entry.split("-")[0]
        yield entry.split("-")[0].lower()
        try:
            with open(os.path.join(root, entry, "RECORD"), encoding="utf-8") as lines:
                for line in lines:
                    top = line.split(",")[0].strip('"').split("/")[0]
                    yield top[:-3] if top.endswith(".py") else top
        except (OSError, UnicodeError):
            pass  # without the list, the package's own name has to do


def where(skip):
    """(file relative to the task root, line, function, modules passed through).

    `skip` frames at the top are ours. File, line and function are None when no frame is the
    application's.
    """
    frame = sys._getframe(skip + 1)
    through = []
    while frame is not None:
        code = frame.f_code
        if is_application(code.co_filename):
            return relative(code.co_filename), frame.f_lineno, code.co_name, through
        name = frame.f_globals.get("__name__") or ""
        top = name.partition(".")[0]
        if top and top != "faasfuzz_sensors" and top not in through and len(through) < _THROUGH:
            through.append(top)
        frame = frame.f_back
    return None, None, None, through
