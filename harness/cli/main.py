"""The `faasfuzz` command and its exit codes.

0 nothing at or above --fail-on; 1 findings; 2 the call or a file is wrong; 3 something could not
be tested; 130 interrupted.
"""

import sys

import click

from harness import __version__
from harness.cli.catalogues import payloads, rules, templates
from harness.cli.demo import demo
from harness.cli.diff import diff
from harness.cli.discover import discover
from harness.cli.doctor import doctor
from harness.cli.event import event
from harness.cli.export import export
from harness.cli.init import init
from harness.cli.replay import replay
from harness.cli.report import report
from harness.cli.review import review
from harness.cli.run import run
from harness.cli.serve import serve
from harness.cli.trend import trend
from harness.errors import FaasfuzzError

_EPILOG = """
\b
Examples:
  faasfuzz demo                              a whole campaign, nothing else needed
  faasfuzz discover template.yaml            what would be tested
  faasfuzz run template.yaml --max-time 10m  test it
  faasfuzz event aws.s3.object-created --set '/Records/0/s3/object/key!url=a b.txt'
"""


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="faasfuzz")
def cli() -> None:
    """Fuzz serverless functions through every field of every event that reaches them.

    For authorised testing of your own functions: payloads prove, they never destroy.
    """


for command in (
    demo,
    run,
    init,
    discover,
    event,
    templates,
    payloads,
    rules,
    replay,
    report,
    diff,
    trend,
    export,
    review,
    serve,
    doctor,
):
    cli.add_command(command)


def main() -> None:
    """Run the command; every error of the user's is one line on stderr and exit code 2."""
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
