"""`faasfuzz review`: decide on findings in the browser, with replay at a button."""

import getpass
import secrets
from pathlib import Path

import click
from werkzeug.serving import WSGIRequestHandler, make_server

from harness.campaign.replay import Replay, Replayed
from harness.campaign.replay import replay as replay_finding
from harness.campaign.store import Store
from harness.cli.loading import load_application, load_catalogue
from harness.cli.replay import stored_config
from harness.cli.review.app import ReviewApp
from harness.cli.review.decisions import Decisions
from harness.errors import FaasfuzzError, UsageError
from harness.model import Finding

_PATH = click.Path(path_type=Path)


class _Quiet(WSGIRequestHandler):
    """Requests are not logged: the first one's address holds the token."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing."""


@click.command()
@click.argument("campaign", type=_PATH)
@click.option(
    "--baseline",
    type=_PATH,
    default=Path("faasfuzz-baseline.yaml"),
    show_default=True,
    metavar="FILE",
    help="Where decisions are kept; for faasfuzz run --baseline.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="[default: any free one]")
@click.option("--source", type=_PATH, help="The application, when it moved.")
def review(campaign: Path, baseline: Path, port: int, source: Path | None) -> None:
    """Serve the report of CAMPAIGN on this machine, to decide on its findings.

    Each is confirmed, a false alarm, an accepted risk or fixed, with a note, a name and a day on
    which the decision ends. Ctrl-C ends the review; decisions are kept as they are made.
    """
    with Store.open(campaign) as store:
        report = store.report(store.get("verdict", "interrupted"))
        configuration = store.get("configuration")

    def replay(finding: Finding) -> Replay:
        config = stored_config(configuration, source)
        catalogue = load_catalogue(config.payloads, config.templates)
        application = load_application(
            config.source, catalogue, config.parameters, triggers=config.triggers
        )
        try:
            return replay_finding(finding, config, application, catalogue)
        except FaasfuzzError as error:
            return Replay(result=Replayed.ERROR, told=str(error))

    app = ReviewApp(
        report=report,
        rules=load_catalogue().rules,
        decisions=Decisions.at(baseline),
        token=secrets.token_urlsafe(32),
        who=_name(),
        replay=replay,
    )
    try:
        server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    except (OSError, SystemExit) as error:
        raise UsageError(f"port {port} cannot be had ({error})", mend="choose another") from error
    app.port = server.server_port
    click.echo(f"review: http://127.0.0.1:{app.port}/?token={app.token}")
    click.echo(f"decisions: {baseline} (Ctrl-C ends the review)")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


def _name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # No name in this environment (a container's random user).
        return ""
