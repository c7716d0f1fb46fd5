"""Our own client over a socket pair: a frame each way, a few system calls a call.

The frames are described in harness/sensors/python/client.py, which speaks the other side.
"""

import json
import socket
import struct

from harness.targets.local.channel import TICK, ChannelClosed, Kind, Reply, Request

_REQUEST = struct.Struct("<IIQ36s")
_REPLY = struct.Struct("<BIQQ")
_READ = 1 << 16
_BUFFER = 1 << 20


class FastChannel:
    """The harness's end. `theirs` is inherited by the child and closed here once it runs."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()
        for side in (self._ours, self.theirs):
            side.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        # A receive timeout of the socket itself costs nothing; Python's own adds a poll().
        tick = struct.pack("ll", 0, int(TICK * 1e6))
        self._ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, tick)
        self._ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, tick)
        self.taken = True
        self._unsent = memoryview(b"")
        self._got = bytearray()

    def send(self, request: Request) -> None:
        extra = b""
        if request.learn:
            extra = json.dumps(dict(request.extra or {})).encode()
        head = _REQUEST.pack(
            len(request.event), len(extra), request.deadline, request.id.encode("ascii")
        )
        self._unsent = memoryview(head + extra + request.event)
        self._flush()

    def _flush(self) -> None:
        """Send on until done or the child does not read: it may be dying of its own threads."""
        try:
            while self._unsent:
                self._unsent = self._unsent[self._ours.send(self._unsent) :]
        except BlockingIOError:
            return
        except OSError as error:
            raise ChannelClosed from error

    def receive(self) -> Reply | None:
        if self._unsent:
            self._flush()
            return None
        try:
            chunk = self._ours.recv(_READ)
        except BlockingIOError:
            return None
        except OSError as error:
            raise ChannelClosed from error
        if not chunk:
            raise ChannelClosed
        if self._got or not _complete(chunk):
            self._got += chunk
            if not _complete(self._got):
                return None
            chunk = bytes(self._got)
            self._got.clear()
        kind, _, duration, cpu = _REPLY.unpack_from(chunk)
        return Reply(
            kind=Kind(kind), body=chunk[_REPLY.size :], duration=duration / 1e6, cpu=cpu / 1e6
        )

    def close(self) -> None:
        self._ours.close()
        self.theirs.close()


def _complete(frame: bytes | bytearray) -> bool:
    if len(frame) < _REPLY.size:
        return False
    length: int = _REPLY.unpack_from(frame)[1]
    return len(frame) >= _REPLY.size + length
