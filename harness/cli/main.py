"""The `faasfuzz` command and its exit codes.

0 nothing at or above --fail-on; 1 findings; 2 the call or a file is wrong; 3 something could not
be tested; 130 interrupted.
"""

import gc
import sys

import click

from harness import __version__
from harness.cli.lazy import LazyGroup
from harness.errors import FaasfuzzError

_EPILOG = """
\b
Examples:
  faasfuzz demo                              a whole campaign, nothing else needed
  faasfuzz discover template.yaml            what would be tested
  faasfuzz run template.yaml --max-time 10m  test it
  faasfuzz event aws.s3.object-created --set '/Records/0/s3/object/key!url=a b.txt'
"""


# name: (where it is, what it does)
_COMMANDS = {
    "demo": ("harness.cli.demo:demo", "Run a whole campaign on the bundled example application."),
    "run": ("harness.cli.run:run", "Fuzz the application in SOURCE."),
    "init": ("harness.cli.init:init", "Look at the project and write a commented faasfuzz.toml."),
    "discover": ("harness.cli.discover:discover", "Show what would be tested."),
    "event": ("harness.cli.event:event", "Print an event as the service sends it."),
    "templates": ("harness.cli.templates:templates", "The event templates."),
    "payloads": ("harness.cli.catalogues:payloads", "The payloads, by rule."),
    "rules": ("harness.cli.catalogues:rules", "The rules that findings are reported under."),
    "replay": ("harness.cli.replay:replay", "Send a finding's smallest event again."),
    "report": ("harness.cli.report:report", "Write the reports of a stored campaign again."),
    "diff": ("harness.cli.diff:diff", "New, fixed and persisting findings."),
    "trend": ("harness.cli.trend:trend", "Findings over time."),
    "export": ("harness.cli.export:export", "Write findings as regression tests."),
    "review": ("harness.cli.review:review", "Serve the report, to decide on its findings."),
    "serve": ("harness.cli.serve:serve", "Put the functions behind the Lambda Invoke API."),
    "listen": ("harness.cli.listen:listen", "Record callbacks of what is deployed."),
    "clean": ("harness.cli.clean:clean", "Remove what a killed campaign left in an account."),
    "doctor": ("harness.cli.doctor:doctor", "What this machine offers, and what is missing."),
}

# Objects between two looks of Python's collector: the catalogue is made of many that never go, and
# with the 700 of the default it takes a seventh of the time that a command needs to start.
_COLLECT_EVERY = 50_000


@click.group(
    cls=LazyGroup,
    lazy=_COMMANDS,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="faasfuzz")
def cli() -> None:
    """Fuzz serverless functions through every field of every event that reaches them.

    For authorised testing of your own functions: payloads prove, they never destroy.
    """


def main() -> None:
    """Run the command; every error of the user's is one line on stderr and exit code 2."""
    gc.set_threshold(_COLLECT_EVERY)
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        sys.stderr.write(f"faasfuzz: {' '.join(error.format_message().split())}\n")
        sys.exit(2)
    except FaasfuzzError as error:
        sys.stderr.write(f"faasfuzz: {error}\n")
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)
