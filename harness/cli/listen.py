"""`faasfuzz listen`: an out-of-band listener on a machine that deployed functions reach."""

import hmac
import json
import os
import re
import signal
import socket
from collections.abc import Callable, Iterable
from typing import Any

import click
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from harness.errors import UsageError
from harness.observers.listener import Listener
from harness.observers.outpost import told_since

_SINCE = re.compile(r"/since/(\d{1,19})")
_SHORTEST = 8


class _Quiet(WSGIRequestHandler):
    """Keeps the connection of who reads the log open, and says nothing."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


@click.command()
@click.option("--host", default="0.0.0.0", show_default=True, help="Where callbacks come in.")
@click.option("--port", type=click.IntRange(0, 65535), default=8800, show_default=True)
@click.option("--log-host", default="127.0.0.1", show_default=True, help="Where the log is read.")
@click.option("--log-port", type=click.IntRange(0, 65535), default=8801, show_default=True)
@click.option(
    "--key",
    envvar="FAASFUZZ_LISTENER_KEY",
    required=True,
    help="Who knows it may read the log.  [or FAASFUZZ_LISTENER_KEY]",
)
def listen(host: str, port: int, log_host: str, log_port: int, key: str) -> None:
    """Record who calls, for campaigns on what is deployed.

    Any request is answered and kept in memory, the last 10000 of them.
    """
    if len(key) < _SHORTEST:
        raise UsageError(f"--key is shorter than {_SHORTEST} characters", mend="make it random")
    listener = Listener(host, port)
    try:
        listener.start()
    except OSError as error:
        raise _taken(host, port, error) from error
    try:
        _read(listener, log_host, log_port, key)
    finally:
        listener.stop()


def _read(listener: Listener, host: str, port: int, key: str) -> None:
    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        given = request.headers.get("Authorization", "").encode()
        match = _SINCE.fullmatch(request.path)
        if not hmac.compare_digest(given, f"Bearer {key}".encode()):
            answer = Response("no\n", 401)
        elif match is None:
            answer = Response("no\n", 404)
        else:
            told = json.dumps(told_since(listener, int(match[1])))
            answer = Response(told, content_type="application/json")
        chunks: Iterable[bytes] = answer(environ, start)
        return chunks

    try:
        listening = socket.create_server((host, port))
    except OSError as error:
        raise _taken(host, port, error) from error
    port = listening.getsockname()[1]
    server = make_server(
        host, port, app, threaded=True, request_handler=_Quiet, fd=listening.detach()
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        click.echo(f"listening: http://{listener.address}")
        click.echo(f"log: http://{host}:{port} (Ctrl-C ends it)")
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


def _taken(host: str, port: int, error: OSError) -> UsageError:
    reason = os.strerror(error.errno or 0)
    return UsageError(f"{host}:{port} cannot be had ({reason})", mend="choose another")
