"""Loaded by site in a container: installs the sensors and gives way to the image's own.

Environment: FAASFUZZ_SITE is this folder, FAASFUZZ_SENSORS that of the sensors, FAASFUZZ_RECORDS
the file they write to; an empty line there says that they are alive. All of them and our entries of
PYTHONPATH and NODE_OPTIONS are gone before the handler's module is imported.
"""

import importlib.machinery
import importlib.util
import os
import sys


def _give_way(own):
    given = os.environ.pop("PYTHONPATH").split(os.pathsep)
    rest = [entry for entry in given if entry and entry != own]
    if rest:
        os.environ["PYTHONPATH"] = os.pathsep.join(rest)
    sys.path[:] = [entry for entry in sys.path if entry != own]
    # An image may run either language: those of Node.js are not for the function's children.
    options = os.environ.get("NODE_OPTIONS", "").split(" ")
    others = [option for option in options if not option.endswith("/faasfuzz/node/container.js")]
    if len(others) < len(options):
        os.environ.pop("NODE_OPTIONS")
        if others:
            os.environ["NODE_OPTIONS"] = " ".join(others)


def _watch(folder, file):
    fd = os.open(file, os.O_WRONLY | os.O_APPEND)
    os.set_inheritable(fd, False)
    sys.path.insert(0, folder)
    try:
        import faasfuzz_sensors
    finally:
        sys.path.remove(folder)
    faasfuzz_sensors.install(fd, os.environ["LAMBDA_TASK_ROOT"])
    os.write(fd, b"\n")


def _begin():
    own = os.environ.pop("FAASFUZZ_SITE", None)
    folder = os.environ.pop("FAASFUZZ_SENSORS", None)
    file = os.environ.pop("FAASFUZZ_RECORDS", None)
    if own is None:
        return
    _give_way(own)
    _watch(folder, file)
    theirs = importlib.machinery.PathFinder.find_spec("sitecustomize", sys.path)
    if theirs is not None:
        module = importlib.util.module_from_spec(theirs)
        sys.modules["sitecustomize"] = module
        theirs.loader.exec_module(module)


_begin()
