"""Child processes: what is run, and whether a shell parses it."""

import itertools
import os

from faasfuzz_sensors.record import text

_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "busybox"})
_WORDS = 500


def _words(value):
    if isinstance(value, (str, bytes, os.PathLike)):
        return [text(value)]
    return [text(word) for word in itertools.islice(value, _WORDS)]


def _shell_line(argv):
    """The text that a shell parses when the words call one with -c; None otherwise."""
    words = list(argv)
    while words and os.path.basename(words[0]) in ("env", "nohup", "timeout", "nice", "busybox"):
        words = words[1:]
        while words and (words[0].startswith("-") or "=" in words[0] or words[0].isdigit()):
            words = words[1:]
    if not words or os.path.basename(words[0]) not in _SHELLS:
        return None
    for index, word in enumerate(words[1:], 1):
        if word.startswith("-") and not word.startswith("--") and "c" in word[1:]:
            return words[index + 1] if index + 1 < len(words) else None
        if not word.startswith("-"):
            return None
    return None


def _spawned(operation, executable, argv):
    words = _words(argv)
    line = _shell_line(words)
    return (
        "process",
        operation,
        {
            "executable": text(executable) if executable is not None else words[0],
            "argv": words,
            "command": line,
            "shell": line is not None,
        },
    )


def _popen(event, arguments):
    executable, argv = arguments[0], arguments[1]
    return _spawned("subprocess.Popen", executable, argv)


def _system(event, arguments):
    line = text(arguments[0])
    return (
        "process",
        "os.system",
        {"executable": "/bin/sh", "argv": None, "command": line, "shell": True},
    )


def _exec(event, arguments):
    return _spawned(event, arguments[0], arguments[1])


def _os_spawn(event, arguments):
    return _spawned(event, arguments[1], arguments[2])


EVENTS = {
    "subprocess.Popen": _popen,
    "os.system": _system,
    "os.exec": _exec,
    "os.posix_spawn": _exec,
    "os.spawn": _os_spawn,
    "pty.spawn": lambda event, arguments: _spawned(event, None, arguments[0]),
}
