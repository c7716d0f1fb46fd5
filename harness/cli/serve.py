"""`faasfuzz serve`: the functions of an application behind the Lambda Invoke API."""

import os
import random
import signal
import socket
from pathlib import Path

import click
from werkzeug.serving import WSGIRequestHandler, make_server

from harness.cli.loading import load_application, load_catalogue
from harness.cli.targets import assigned, stored_tables
from harness.errors import UsageError
from harness.model import Function
from harness.observers.cloud import LocalCloud
from harness.observers.decoys import make_decoys
from harness.serve import LambdaService, Warm
from harness.targets.local import LocalTarget
from harness.targets.local.provider import runtime_clients


class _Handler(WSGIRequestHandler):
    """Keeps connections open, as SDKs expect; each call tells of itself in its log."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


@click.command()
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=3001, show_default=True)
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
    Ctrl-C ends it all.
    """
    application = load_application(source, load_catalogue(), assigned("--parameter", parameter))
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
    try:
        listening = socket.create_server((host, port), backlog=128)
    except OSError as error:
        cloud.stop()
        raise _taken(port, error) from error
    server = make_server(
        host,
        listening.getsockname()[1],
        service,
        threaded=True,
        request_handler=_Handler,
        fd=listening.detach(),
    )
    address = f"http://{host}:{server.port}"
    # Functions that call each other do it here, too.
    environment["AWS_ENDPOINT_URL_LAMBDA"] = address
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _tell(address, cloud, [function.name for function in application.functions])
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()
        service.stop()
        cloud.stop()


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
