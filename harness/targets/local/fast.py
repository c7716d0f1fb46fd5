"""Our own client over a socket pair: a frame each way, a few system calls a call.

The frames are described in harness/sensors/python/client.py, which speaks the other side.
"""

import json
import os
import socket
import struct

from harness.targets.local.channel import TICK, ChannelClosed, Kind, Reply, Request

_REQUEST = struct.Struct("<IIQ36s")
_REPLY = struct.Struct("<BIQQ")
_READ = 1 << 16
_BUFFER = 1 << 20
_FRESH = 1 << 31
_CONTEXT = 1 << 30


class FastChannel:
    """The harness's end. `theirs` and `lifeline` are inherited by the child.

    Nothing is ever said over the lifeline: it ends with the harness.
    """

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()
        self.lifeline, self._life = os.pipe()
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
        elif request.context:
            extra = request.context.encode()
        flags = _FRESH if request.fresh else 0
        if request.context and not request.learn:
            flags |= _CONTEXT
        head = _REQUEST.pack(
            len(request.event), len(extra) | flags, request.deadline, request.id.encode("ascii")
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
        size = _frame(self._got)
        if size is None:
            try:
                chunk = self._ours.recv(_READ)
            except BlockingIOError:
                return None
            except OSError as error:
                raise ChannelClosed from error
            if not chunk:
                raise ChannelClosed
            self._got += chunk
            size = _frame(self._got)
        if size is None:
            return None
        kind, _, duration, cpu = _REPLY.unpack_from(self._got)
        body = bytes(self._got[_REPLY.size : size])
        del self._got[:size]  # the parent of a fresh runtime speaks right after it
        return Reply(kind=Kind(kind), body=body, duration=duration / 1e6, cpu=cpu / 1e6)

    def started(self) -> None:
        """The child has its ends: ours of them are closed."""
        self.theirs.close()
        os.close(self.lifeline)
        self.lifeline = -1

    def close(self) -> None:
        self._ours.close()
        self.theirs.close()
        for fd in (self.lifeline, self._life):
            if fd >= 0:
                os.close(fd)
        self.lifeline = self._life = -1


def _frame(got: bytearray) -> int | None:
    """The size of the first frame, None until all of it is there."""
    if len(got) < _REPLY.size:
        return None
    length: int = _REPLY.unpack_from(got)[1]
    return _REPLY.size + length if len(got) >= _REPLY.size + length else None
