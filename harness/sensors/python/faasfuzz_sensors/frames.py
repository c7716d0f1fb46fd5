"""Whose code is running: the application's innermost frame, and the libraries between it and us."""

import os
import sys

_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_known = {}
_root = ""


def set_task_root(path):
    global _root
    _root = os.path.abspath(path) + os.sep


def _is_application(filename):
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


def _is_package(relative):
    """Whether a file of the task root belongs to a package installed beside the code."""
    if "site-packages" in relative:
        return True
    top = relative.split(os.sep)[0]
    name = top[:-3] if top.endswith(".py") else top
    return name in _installed()


def _installed():
    names = _known.get(None)
    if names is None:
        names = set()
        try:
            for entry in os.listdir(_root):
                if entry.endswith(".dist-info"):
                    names.add(entry.split("-")[0])
                    top = os.path.join(_root, entry, "top_level.txt")
                    if os.path.exists(top):
                        with open(top) as file:
                            names.update(file.read().split())
                    names.add(entry.split("-")[0].lower())
        except OSError:
            pass  # a task root that cannot be listed has no packages that we know of
        _known[None] = names
    return names


def where(skip):
    """(file relative to the task root, line, function, modules passed through), or None.

    `skip` frames at the top are ours. None when no frame is the application's.
    """
    frame = sys._getframe(skip + 1)
    through = []
    while frame is not None:
        code = frame.f_code
        if _is_application(code.co_filename):
            path = os.path.abspath(code.co_filename)
            return path[len(_root) :], frame.f_lineno, code.co_name, through
        name = frame.f_globals.get("__name__") or ""
        top = name.partition(".")[0]
        if top and top != "faasfuzz_sensors" and top not in through and len(through) < 12:
            through.append(top)
        frame = frame.f_back
    return None
