"""What a container writes to stdout and stderr, kept in order and cut into calls."""

import os
import secrets
from threading import Condition, Thread
from typing import Any

from docker.utils.socket import SocketError, frames_iter

_CAP = 256 << 10
# How long a mark may take through the engine, and how long silence has to last where no mark can
# be written.
_PATIENCE = 1.0
_SILENCE = 0.02


class LogStream:
    """Reads what APIClient.attach_socket gave, in a thread of its own.

    Keeps at most 256 KiB between two take()s and counts the rest. What the function wrote before
    its answer is on its way through the engine when the answer is there: take() writes a mark of
    its own into the container's two pipes and waits for it to come out. Where they are not ours to
    write to (`mark_in` was not called, or we are not root) it waits for a moment of silence.
    """

    def __init__(self, attached: Any) -> None:
        self._mark = b"\0faasfuzz-" + secrets.token_hex(12).encode() + b"\0"
        self._changed = Condition()
        self._kept: list[bytes] = []
        self._room = _CAP
        self._dropped = 0
        self._held = {1: b"", 2: b""}  # the possible beginning of a mark, by descriptor
        self._seen = self._expected = self._received = 0
        self._pid = 0
        self.ended = False
        self._thread = Thread(
            target=self._read, args=(attached,), name="container-logs", daemon=True
        )
        self._thread.start()

    def mark_in(self, pid: int) -> None:
        """From now on marks are written to the pipes of this process, the container's first."""
        self._pid = pid

    def pull(self) -> None:
        """Nothing is to be done: the thread reads."""

    def take(self) -> tuple[bytes, int]:
        """Everything since the last take(), and how many bytes more were dropped."""
        self._settle()
        with self._changed:
            taken = b"".join(self._kept), self._dropped
            self._kept, self._room, self._dropped = [], _CAP, 0
        return taken

    def wait_ended(self, seconds: float) -> bool:
        """Whether the container has closed its streams, waiting for it."""
        with self._changed:
            return self._changed.wait_for(lambda: self.ended, seconds)

    def _settle(self) -> None:
        written = 0
        if self._pid and not self.ended:
            written = sum(_written(f"/proc/{self._pid}/fd/{fd}", self._mark) for fd in (1, 2))
        with self._changed:
            self._expected += written
            if written:
                arrived = self._changed.wait_for(
                    lambda: self.ended or self._seen >= self._expected, _PATIENCE
                )
                if not arrived:  # the container is frozen or floods: the mark will be skipped
                    self._expected = self._seen
                return
            before = -1
            while not self.ended and before != self._received:
                before = self._received
                self._changed.wait_for(lambda: self.ended, _SILENCE)

    def _read(self, attached: Any) -> None:
        try:
            for stream, data in frames_iter(attached, tty=False):
                self._add(stream, data)
        except (SocketError, OSError):
            pass  # the engine is gone; what came before is kept
        attached._response.close()  # the SDK hides the connection there; nothing else closes it
        with self._changed:
            for data in self._held.values():
                self._keep(data)
            self.ended = True
            self._changed.notify_all()

    def _add(self, stream: int, data: bytes) -> None:
        with self._changed:
            self._received += len(data)
            *parts, rest = (self._held[stream] + data).split(self._mark)
            start = _begun(rest, self._mark)
            self._held[stream] = rest[start:]
            for part in (*parts, rest[:start]):
                self._keep(part)
            self._seen += len(parts)
            self._changed.notify_all()

    def _keep(self, data: bytes) -> None:
        kept = data[: self._room]
        if kept:
            self._kept.append(kept)
        self._room -= len(kept)
        self._dropped += len(data) - len(kept)


def _begun(data: bytes, mark: bytes) -> int:
    """Where the beginning of `mark` stands at the end of `data`; its length when nowhere."""
    for start in range(max(0, len(data) - len(mark) + 1), len(data)):
        if mark.startswith(data[start:]):
            return start
    return len(data)


def _written(pipe: str, mark: bytes) -> bool:
    """Whether the mark is in the pipe, whole: it is shorter than what pipes take at once."""
    try:
        fd = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return os.write(fd, mark) == len(mark)
    except OSError:  # full: the function floods, and what it writes is dropped anyway
        return False
    finally:
        os.close(fd)
