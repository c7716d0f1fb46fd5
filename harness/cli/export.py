"""`faasfuzz export`: findings as files: the smallest event, and a test that fails until mended."""

from pathlib import Path

import click

from harness.campaign.store import Store
from harness.errors import UsageError
from harness.reports.reproduce import event_file, finding_file, pytest_file


@click.command()
@click.argument("campaign", type=click.Path(path_type=Path))
@click.option("--finding", metavar="ID", help="Only this one: its id, or the beginning of it.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    default=Path("faasfuzz-findings"),
    show_default=True,
)
def export(campaign: Path, finding: str | None, out: Path) -> None:
    """Write the findings of CAMPAIGN as regression tests.

    \b
    For each finding:
      ID.json           the smallest event, for aws lambda invoke and sam local invoke
      ID.finding.json   the finding, for faasfuzz.replay
      test_RULE_ID.py   a pytest file that fails while the finding shows
    """
    with Store.open(campaign) as store:
        source = str(store.get("configuration", {}).get("source", ""))
        found = [f for f in store.findings() if f.id.startswith(finding or "")]
    if finding is not None and not found:
        raise UsageError(f"no finding {finding!r}", path=campaign, mend="see its findings.json")
    if finding is not None and len(found) > 1:
        names = ", ".join(f.id for f in found)
        raise UsageError(f"{finding} is the beginning of several findings", mend=names)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for each in found:
            test = out / f"test_{each.rule.replace('-', '_')}_{each.id[:8]}.py"
            (out / f"{each.id}.json").write_text(event_file(each), encoding="utf-8")
            (out / f"{each.id}.finding.json").write_text(
                finding_file(each, source), encoding="utf-8"
            )
            test.write_text(pytest_file(each), encoding="utf-8")
            click.echo(test)
    except OSError as error:
        raise UsageError(
            f"cannot write here ({error.strerror})", path=out, mend="check --out"
        ) from error
