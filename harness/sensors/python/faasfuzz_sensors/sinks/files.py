"""Files: what is opened, listed, moved or removed, and where that really is."""

import os
import sys

from faasfuzz_sensors.record import text

_SKIPPED = tuple(
    {
        os.path.dirname(os.__file__) + os.sep,
        sys.prefix + os.sep,
        sys.base_prefix + os.sep,
        "/proc/",
        "/dev/",
        "/sys/",
        "/etc/ld.so",
    }
)


def _arguments(path, mode):
    name = text(path)
    resolved = os.path.normpath(os.path.join(os.getcwd(), name)) if "\0" not in name else name
    return {"path": name, "resolved": resolved, "mode": mode}


def _skipped(path):
    if not isinstance(path, (str, bytes, os.PathLike)):
        return True  # a descriptor
    name = os.fspath(path)
    if isinstance(name, bytes):
        name = os.fsdecode(name)
    return (
        name.startswith(_SKIPPED)
        or name.endswith((".pyc", ".py", ".so"))
        or ".dist-info" in name
        or "site-packages" in name
    )


def _open(event, arguments):
    path, mode = arguments[0], arguments[1]
    if _skipped(path):
        return None
    if mode is None:
        flags = arguments[2] if len(arguments) > 2 else 0
        mode = "w" if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR) else "r"
    return ("file", "open", _arguments(path, text(mode)))


def _touched(mode):
    def handler(event, arguments):
        path = arguments[0]
        if path is None or _skipped(path):
            return None
        return ("file", event, _arguments(path, mode))

    return handler


def _moved(event, arguments):
    path = arguments[1] if not _skipped(arguments[1]) else arguments[0]
    if _skipped(path):
        return None
    return ("file", event, _arguments(path, "w"))


EVENTS = {
    "open": _open,
    "os.listdir": _touched("r"),
    "os.scandir": _touched("r"),
    "os.remove": _touched("w"),
    "os.rmdir": _touched("w"),
    "os.mkdir": _touched("w"),
    "os.truncate": _touched("w"),
    "os.rename": _moved,
    "os.link": _moved,
    "os.symlink": _moved,
    "shutil.copyfile": _moved,
    "shutil.move": _moved,
    "shutil.rmtree": _touched("w"),
    "shutil.unpack_archive": _touched("r"),
    "glob.glob": _touched("r"),
    "sqlite3.connect": lambda event, arguments: (
        None
        if _skipped(arguments[0]) or os.fspath(arguments[0]) in (":memory:", "")
        else ("file", "sqlite3.connect", _arguments(arguments[0], "w"))
    ),
}
