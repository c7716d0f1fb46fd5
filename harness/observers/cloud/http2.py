"""HTTP/2 without TLS (RFC 9113, 3.3): how the AWS SDK for JavaScript speaks to a few services.

Its clients of Bedrock's runtime, Kinesis' subscriptions and Transcribe know no HTTP/1.1.
"""

import socket
from collections.abc import Callable

import h2.connection
import h2.errors
import h2.events
from h2.config import H2Configuration
from h2.exceptions import ProtocolError

from harness.observers.cloud.request import Answer, Request

_BODY = 64 * 1024 * 1024
# What only HTTP/1.1 says (RFC 9113, 8.2.2).
_OF_CONNECTIONS = frozenset({"connection", "keep-alive", "transfer-encoding", "upgrade"})


def speaks_http2(client: socket.socket) -> bool:
    """Whether a connection begins with HTTP/2's preface; waits for its first bytes."""
    return client.recv(3, socket.MSG_PEEK | socket.MSG_WAITALL) == b"PRI"


def serve_http2(client: socket.socket, answer: Callable[[Request], Answer]) -> None:
    """Answers one connection's requests until it ends; returns when the peer breaks the protocol.

    Raises OSError when the peer is gone.
    """
    connection = _Connection(answer)
    client.sendall(connection.greeting())
    while data := client.recv(65536):
        try:
            told = connection.received(data)
        except ProtocolError:
            return
        client.sendall(told)


class _Connection:
    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        self._answer = answer
        self._state = h2.connection.H2Connection(
            H2Configuration(client_side=False, header_encoding="utf-8")
        )
        self._asked: dict[int, tuple[dict[str, str], bytearray]] = {}
        self._unsent: dict[int, bytes] = {}

    def greeting(self) -> bytes:
        self._state.initiate_connection()
        return self._state.data_to_send()

    def received(self, data: bytes) -> bytes:
        """What is to be sent after some bytes came in."""
        for event in self._state.receive_data(data):
            self._take(event)
        for stream in list(self._unsent):
            self._send(stream)
        return self._state.data_to_send()

    def _take(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            self._asked[event.stream_id] = ({str(n): str(v) for n, v in event.headers}, bytearray())
        elif isinstance(event, h2.events.DataReceived):
            self._state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            _, body = self._asked.get(event.stream_id, ({}, bytearray()))
            body += event.data
            if len(body) > _BODY:
                self._forget(event.stream_id)
                self._state.reset_stream(event.stream_id, h2.errors.ErrorCodes.REFUSED_STREAM)
        elif isinstance(event, h2.events.StreamEnded):
            asked = self._asked.pop(event.stream_id, None)
            if asked is not None:
                self._reply(event.stream_id, self._answer(_request(*asked)))
        elif isinstance(event, h2.events.StreamReset):
            self._forget(event.stream_id)

    def _reply(self, stream: int, answer: Answer) -> None:
        headers = {
            name.lower(): str(value).replace("\r", " ").replace("\n", " ")
            for name, value in answer.headers.items()
            if name.lower() not in _OF_CONNECTIONS
        }
        headers["content-length"] = str(len(answer.body))
        self._state.send_headers(stream, [(":status", str(answer.status)), *headers.items()])
        self._unsent[stream] = answer.body

    def _send(self, stream: int) -> None:
        """As much of a body as the peer lets us send now."""
        body = self._unsent[stream]
        while True:
            room = min(
                self._state.local_flow_control_window(stream),
                self._state.max_outbound_frame_size,
            )
            if body and room <= 0:
                self._unsent[stream] = body
                return
            part, body = body[:room], body[room:]
            self._state.send_data(stream, part, end_stream=not body)
            if not body:
                del self._unsent[stream]
                return

    def _forget(self, stream: int) -> None:
        self._asked.pop(stream, None)
        self._unsent.pop(stream, None)


def _request(headers: dict[str, str], body: bytearray) -> Request:
    plain = {name: value for name, value in headers.items() if not name.startswith(":")}
    plain.setdefault("host", headers.get(":authority", ""))
    return Request(
        method=headers.get(":method", ""),
        target=headers.get(":path", "/"),
        headers=plain,
        body=bytes(body),
    )
