"""Writing records: a line of JSON each, at once, so that a crash loses none."""

import json
import os

_LINES = 500
_LINES_OF_A_PLACE = 100  # a loop must not use up what the rest of the call needs
_TEXT = 8192

_fd = -1
_left = _LINES
_of_place = {}
_dumps = json.JSONEncoder(default=repr, ensure_ascii=True).encode


def open_to(fd):
    global _fd
    _fd = fd


def begin():
    """A new invocation: its own allowance of lines."""
    global _left
    _left = _LINES
    _of_place.clear()


def text(value):
    """A value as JSON text of bounded length."""
    if isinstance(value, (bytes, bytearray)):
        value = bytes(value).decode("utf-8", "backslashreplace")
    elif isinstance(value, os.PathLike):
        value = os.fspath(value)
        if isinstance(value, bytes):
            value = value.decode("utf-8", "backslashreplace")
    elif not isinstance(value, str):
        value = repr(value)
    return str(value[:_TEXT])


def write(kind, fields):
    """Append one record, as long as the call's allowance lasts."""
    global _left
    if _left > 0:
        _left -= 1
        append(kind, fields)


def append(kind, fields):
    """Append one record."""
    if _fd < 0:
        return
    try:
        os.write(_fd, (_dumps({kind: fields}) + "\n").encode())
    except (OSError, ValueError, TypeError, RecursionError):
        pass  # a full file or an odd value: the record is lost, the function goes on


def write_sink(fields):
    """Append the record of a sink, unless its place has had its share."""
    place = fields["operation"], fields["file"], fields["line"]
    count = _of_place[place] = _of_place.get(place, 0) + 1
    if count <= _LINES_OF_A_PLACE:
        write("sink", fields)
