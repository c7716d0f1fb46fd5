"""`faasfuzz diff`: what became of the findings."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import yaml

from harness.campaign.baseline import Known, compare, load_known
from harness.campaign.store import Store
from harness.cli.comparison import looked_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Finding ids by what became of them, each sorted.

    `untested` did not show, but the newer campaign did not look for them either: it left their
    function or their rule out, or could not test the function.
    """

    new: tuple[str, ...]
    fixed: tuple[str, ...]
    persisting: tuple[str, ...]
    untested: tuple[str, ...]


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def diff(old: Path, new: Path, as_json: bool) -> None:
    """New, fixed and persisting findings between OLD and NEW.

    Each is a campaign's folder, a findings.json or a baseline file. What a campaign did not look
    for again is not fixed: it is listed as untested.
    """
    before, after = load_known(old), load_known(new)
    change = changed(before, after, looked_at(new))
    if as_json:
        click.echo(json.dumps(asdict(change), indent=2))
        return
    for title, ids in asdict(change).items():
        if ids or title != "untested":
            click.echo(f"{title}: {len(ids)}")
        for id in ids:
            click.echo(f"  {_line((after if id in after else before)[id])}")


def changed(
    before: Mapping[str, Known], after: Mapping[str, Known], looked: Callable[[Known], bool]
) -> Change:
    """What became of findings, where `looked` says whether one would have shown again."""
    difference = compare(before, after)
    fixed = tuple(id for id in difference.fixed if looked(before[id]))
    return Change(
        new=difference.new,
        fixed=fixed,
        persisting=difference.persisting,
        untested=tuple(id for id in difference.fixed if id not in fixed),
    )


def looked_at(path: Path) -> Callable[[Known], bool]:
    """Whether the campaign in `path` would have shown a finding; a baseline file shows all."""
    if path.is_dir() or path.suffix == ".db":
        with Store.open(path) as store:
            report = store.report(store.get("verdict", "interrupted"))
        tested = {function.name for function in report.functions if function.tested}
        return lambda known: looked_for(known, tested, report.configuration.get("rules") or ())
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    if "campaign" not in told or not isinstance(told.get("functions"), list):
        return lambda _: True
    tested = {str(f.get("name")) for f in told["functions"] if f.get("tested")}
    asked = (told["campaign"].get("configuration") or {}).get("rules") or ()
    return lambda known: looked_for(known, tested, asked)


def _line(known: Known) -> str:
    severity = f"{known.severity} " if known.severity else ""
    return f"{known.id} {severity}{known.rule} in {known.function}"
