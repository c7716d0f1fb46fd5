"""`faasfuzz serve`: the functions of an application behind the Lambda Invoke API."""

import os
import random
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import click
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from harness.cli.loading import load_application, load_catalogue
from harness.cli.targets import assigned, stored_tables
from harness.errors import UsageError
from harness.model import Function
from harness.observers.cloud import LocalCloud
from harness.observers.decoys import make_decoys
from harness.serve import HttpFront, LambdaService, Route, Warm, routes
from harness.serve.front import HEADERS, OWN
from harness.targets.local import LocalTarget
from harness.targets.local.provider import runtime_clients


class _Handler(WSGIRequestHandler):
    """Keeps connections open, as SDKs expect; each call tells of itself in its log."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""

    def make_environ(self) -> dict[str, Any]:
        """WSGI's, with the headers as they came: how often each, and in which case."""
        environ = super().make_environ()
        return {**environ, HEADERS: tuple(self.headers.items())}


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=3001, show_default=True)
@click.option("--http", is_flag=True, help="Serve the APIs' routes and function URLs, too.")
@click.option(
    "--http-port",
    type=click.IntRange(0, 65535),
    default=3000,
    show_default=True,
    help="Where, with --http.",
)
@click.option(
    "--cloud-port",
    type=click.IntRange(0, 65535),
    default=0,
    help="Of the local cloud that the functions call.  [default: any free one]",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Runtimes of each function.",
)
@click.option(
    "--queue",
    type=click.IntRange(0),
    default=100,
    show_default=True,
    metavar="N",
    help="Calls that wait for a runtime of their function; more are throttled.",
)
@click.option(
    "--client",
    default="fast",
    type=click.Choice(["fast", "ric"]),
    show_default=True,
    help="Local runtime client: ours, or the unmodified awslambdaric.",
)
@click.option("--parameter", multiple=True, metavar="NAME=VALUE", help="A template parameter.")
@click.option("--quiet", is_flag=True, help="Do not print the functions' logs.")
def serve(
    source: Path,
    host: str,
    port: int,
    http: bool,
    http_port: int,
    cloud_port: int,
    concurrency: int,
    queue: int,
    client: str,
    parameter: tuple[str, ...],
    quiet: bool,
) -> None:
    """Offer the functions of SOURCE on this machine as Lambda does, without Docker.

    Any AWS SDK or the AWS CLI invokes them with this endpoint, in warm runtimes of their own. Their
    own AWS calls go to a local cloud that holds the resources of SOURCE; so do calls of each other.
    With --http, browsers and tools that speak HTTP reach them, too, as through API Gateway. Ctrl-C
    ends it all.
    """
    catalogue = load_catalogue()
    application = load_application(source, catalogue, assigned("--parameter", parameter))
    given = runtime_clients(stored_tables().get("local", {}))
    cloud = LocalCloud(application, decoys=make_decoys(random.Random()), port=cloud_port)
    try:
        cloud.start()
    except OSError as error:
        raise _taken(cloud_port, error) from error
    environment = cloud.environment()

    def warm(function: Function) -> Warm:
        def runtime() -> LocalTarget:
            return LocalTarget(
                function,
                environment=environment,
                client=client,
                sensors=False,
                given=given.get(function.runtime, ()),
            )

        return Warm(runtime, count=concurrency, waiting=queue)

    def log(text: str) -> None:
        if not quiet:
            click.echo(text, err=True, nl=False)

    service = LambdaService(application, warm, log=log)
    found = routes(application, catalogue.templates) if http else ()
    with ExitStack() as stack:
        stack.callback(cloud.stop)
        stack.callback(service.stop)
        server = stack.enter_context(_listening(host, port, service))
        address = f"http://{host}:{server.port}"
        # Functions that call each other do it here, too.
        environment["AWS_ENDPOINT_URL_LAMBDA"] = address
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            if http:
                front = stack.enter_context(
                    _listening(host, http_port, HttpFront(found, service.call))
                )
                stack.callback(front.shutdown)
                Thread(target=front.serve_forever, name="front").start()
                _tell_routes(f"http://{host}:{front.port}", found)
            _tell(address, cloud, [function.name for function in application.functions])
            server.serve_forever()
        except KeyboardInterrupt:
            pass


@contextmanager
def _listening(host: str, port: int, app: Any) -> Iterator[BaseWSGIServer]:
    """A server of the application, which still has to be told to serve. Raises UsageError."""
    try:
        listening = socket.create_server((host, port), backlog=128)
    except OSError as error:
        raise _taken(port, error) from error
    server = make_server(
        host,
        listening.getsockname()[1],
        app,
        threaded=True,
        request_handler=_Handler,
        fd=listening.detach(),
    )
    try:
        yield server
    finally:
        server.server_close()


def _tell_routes(address: str, found: Sequence[Route]) -> None:
    click.echo(f"http: {address}")
    for route in found:
        place = f"{OWN}{route.function.name}" if route.door.url else ""
        click.echo(f"  {route.method or 'ANY'} {place}{route.path}: {route.function.name}")


def _tell(address: str, cloud: LocalCloud, names: list[str]) -> None:
    click.echo(f"functions: {', '.join(names)}")
    click.echo(f"cloud: {cloud.endpoint}")
    for skipped in cloud.skipped:
        click.echo(f"not in the cloud: {skipped}")
    click.echo(f"serving: {address} (Ctrl-C ends it)")


def _taken(port: int, error: OSError) -> UsageError:
    return UsageError(
        f"port {port} cannot be had ({os.strerror(error.errno or 0)})", mend="choose another"
    )
