"""Read what another process appends to a file that lives in memory."""

import fcntl
import os

_TRUNCATE_AT = 1 << 20


class Tail:
    """A memfd opened O_APPEND for a child, or the file `fd` opened so, read in deltas.

    Keeps at most `cap` bytes between two take()s and counts the rest, so a flood neither blocks
    the writer nor fills our memory. Only lock-step use is exact: bytes that are written while the
    file is being truncated are lost.
    """

    def __init__(self, name: str, cap: int, fd: int | None = None) -> None:
        self.fd = os.memfd_create(name, os.MFD_CLOEXEC) if fd is None else fd
        fcntl.fcntl(self.fd, fcntl.F_SETFL, fcntl.fcntl(self.fd, fcntl.F_GETFL) | os.O_APPEND)
        self._cap = cap
        self._at = 0
        self._kept: list[bytes] = []
        self._room = cap
        self._dropped = 0

    def pull(self) -> None:
        """Move what is new out of the file."""
        end = os.lseek(self.fd, 0, os.SEEK_END)
        if end == self._at:
            return
        if end < self._at:  # the function truncated its own /dev/stdout
            self._at = 0
        wanted = min(end - self._at, self._room)
        if wanted:
            chunk = os.pread(self.fd, wanted, self._at)
            self._kept.append(chunk)
            self._room -= len(chunk)
        self._dropped += end - self._at - wanted
        self._at = end
        if end > _TRUNCATE_AT:
            os.ftruncate(self.fd, 0)
            self._at = 0

    def take(self) -> tuple[bytes, int]:
        """Everything since the last take(), and how many bytes more were dropped."""
        self.pull()
        if not self._kept and not self._dropped:
            return b"", 0
        taken = b"".join(self._kept), self._dropped
        self._kept, self._room, self._dropped = [], self._cap, 0
        return taken

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
