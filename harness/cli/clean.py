"""`faasfuzz clean`: remove what a campaign that was killed left in an account."""

from pathlib import Path

import click

from harness.campaign.store import Store
from harness.cli.targets import stored_tables
from harness.deployed.audit import Audit
from harness.deployed.journal import Journal
from harness.deployed.session import AwsSession
from harness.deployed.settings import aws_settings


@click.command()
@click.argument("campaign", type=click.Path(path_type=Path))
def clean(campaign: Path) -> int:
    """Remove the objects and rows that CAMPAIGN left in an account when it was killed.

    They are listed in its created.jsonl; a campaign that comes to its end removes them itself.
    Exit 3: some could not be removed.
    """
    with Store.open(campaign) as store:
        folder = store.path.parent
        configuration = store.get("configuration")
    journal = Journal(folder)
    left = list(journal.left())
    if not left:
        click.echo("nothing was left")
        return 0
    # What was asked on the command line holds over what the file says now, as in the campaign.
    stored = configuration["target_options"] if configuration["target"] == "aws" else {}
    settings = aws_settings(
        {**stored_tables().get("aws", {}), **stored}, Path(configuration["source"])
    )
    session = AwsSession(settings, Audit(folder))
    session.check_account()
    troubles = []
    for created in left:
        trouble = journal.remove(created, session)
        where = " ".join(str(value) for value in created.parameters.values())
        click.echo(trouble or f"removed: {created.service} {where}")
        troubles.append(trouble)
    return 3 if any(troubles) else 0
