"""Loaded by site when the unmodified awslambdaric runs: tidies the path, installs the sensors.

Environment: FAASFUZZ_RIC_SITE is this folder; FAASFUZZ_SENSOR_FD and FAASFUZZ_SENSORS (the folder
of the sensors) are set when there are any. All of them and our PYTHONPATH are gone before the
handler's module is imported.
"""

import os
import sys


def _tidy():
    own = os.environ.pop("FAASFUZZ_RIC_SITE")
    given = os.environ.pop("PYTHONPATH").split(os.pathsep)
    rest = [entry for entry in given if entry != own]
    if rest:
        os.environ["PYTHONPATH"] = os.pathsep.join(rest)
    sys.path[:] = [
        entry
        for entry in sys.path
        if (entry != own and not entry.rstrip("/").endswith(("site-packages", "dist-packages")))
        or entry in rest
    ]


def _watch():
    fd = os.environ.pop("FAASFUZZ_SENSOR_FD", None)
    folder = os.environ.pop("FAASFUZZ_SENSORS", None)
    if fd is None or folder is None:
        return
    sys.path.insert(0, folder)
    try:
        import faasfuzz_sensors
    finally:
        sys.path.remove(folder)
    faasfuzz_sensors.install(int(fd), os.environ["LAMBDA_TASK_ROOT"])


if "FAASFUZZ_RIC_SITE" in os.environ:
    _tidy()
    _watch()
