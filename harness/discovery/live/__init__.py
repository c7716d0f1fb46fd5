"""A deployed application, read from its account.

What is there is told in CloudFormation's words (a resource for each thing, as a template would
declare it), so that all else is read as from a template. The walk begins at the functions of the
scope and goes to what may call them: to their policies, and from there to buckets, topics, rules
and APIs, so that an account of thousands of buckets costs no thousands of calls. What credentials
may not read is told in the application's notes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.deployed.address import address
from harness.deployed.audit import Audit
from harness.deployed.session import AwsSession
from harness.deployed.settings import aws_settings
from harness.discovery.assembling import application
from harness.discovery.live.functions import read_functions
from harness.discovery.live.naming import canonical, real
from harness.discovery.live.services import READERS
from harness.discovery.live.view import View
from harness.discovery.stack import Stack
from harness.errors import UsageError
from harness.model import Application, EventTemplate


def discover_live(
    source: Path,
    *,
    settings: Mapping[str, Any],
    templates: Sequence[EventTemplate],
    out: Path,
) -> Application:
    """The application in the account that an address names, as far as the scope goes.

    `settings` has the tables of faasfuzz.toml, of which `[aws]` is the scope; the audit log of all
    calls goes to the folder `out`. Raises UsageError, before anything is read when the credentials
    are not the account's.
    """
    place = address(source)
    aws = aws_settings(settings.get("aws", {}), source)
    session = AwsSession(aws, Audit(out))
    session.check_account()
    view = View(session)
    resources = dict(read_functions(view, place))
    if not view.functions:
        raise UsageError(
            f"{place}: there is no function in the scope {', '.join(aws.functions)}"
            + "".join(f"; {note}" for note in view.notes),
            mend="correct functions in [aws], or the address",
        )
    for reader in READERS:
        resources.update(reader(view))
    template = canonical({"Resources": resources}, aws.account, aws.region)
    stack = Stack(template, source, {}, lenient=True)
    stack.name = place.stack or aws.account
    return real(application(stack, templates, None), view)
