"""Files: what is opened, listed, moved or removed, and where that really is."""

import os
import sys
from urllib.parse import unquote

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


def _name(path):
    """A path as text; None for a descriptor, which says nothing of a place."""
    if not isinstance(path, (str, bytes, os.PathLike)):
        return None
    name = os.fspath(path)
    return os.fsdecode(name) if isinstance(name, bytes) else name


def _touch(operation, path, mode):
    """The record of one path; None when it is the interpreter's or a package's own."""
    name = _name(path)
    if name is None:
        return None
    resolved = name if "\0" in name else os.path.normpath(os.path.join(os.getcwd(), name))
    if resolved.startswith(_SKIPPED) or "site-packages" in resolved or ".dist-info" in resolved:
        return None
    return ("file", operation, {"path": text(name), "resolved": text(resolved), "mode": mode})


def _open(event, arguments):
    path, mode, flags = arguments[0], arguments[1], arguments[2]
    if mode is None:
        mode = "w" if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR) else "r"
    return _touch("open", path, text(mode))


def _touched(mode):
    return lambda event, arguments: _touch(event, arguments[0], mode)


def _moved(event, arguments):
    """Both ends: each may be the one that an attacker chose."""
    ends = _touch(event, arguments[0], "r"), _touch(event, arguments[1], "w")
    return [end for end in ends if end is not None]


def _database(event, arguments):
    name = _name(arguments[0])
    if name is None or name in (":memory:", ""):
        return None
    if name.startswith("file:"):
        name = unquote(name[5:].partition("?")[0])
    return _touch(event, name, "w")


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
    "sqlite3.connect": _database,
}
