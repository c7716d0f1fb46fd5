"""Known findings: what a baseline accepts, and what changed between two campaigns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from harness.campaign.store import Store
from harness.errors import UsageError

_MEND = "give a campaign's folder, its findings.json, or a baseline file (YAML)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A finding that somebody knows of. `until` is when the acceptance ends (None: never)."""

    id: str
    rule: str = ""
    function: str = ""
    severity: str = ""
    reason: str = ""
    until: date | None = None

    def holds(self, today: date) -> bool:
        """Whether the entry still counts."""
        return self.until is None or today <= self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Finding ids by what became of them, each sorted."""

    new: tuple[str, ...]
    fixed: tuple[str, ...]
    persisting: tuple[str, ...]


def load_known(path: Path) -> Mapping[str, Known]:
    """Known findings by id, from a campaign, a findings.json or a baseline file.

    A baseline file is YAML: `findings: [{id, rule, function, reason, until}]`. Raises UsageError.
    """
    if path.is_dir() or path.suffix == ".db":
        with Store.open(path) as store:
            return {
                f.id: Known(id=f.id, rule=f.rule, function=f.function, severity=f.severity)
                for f in store.findings()
            }
    try:
        data: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError("no such file", path=path, mend=_MEND) from error
    except (yaml.YAMLError, UnicodeDecodeError, IsADirectoryError) as error:
        raise UsageError(f"neither JSON nor YAML ({error})", path=path, mend=_MEND) from error
    entries = data.get("findings") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        raise UsageError("there is no list of findings in it", path=path, mend=_MEND)
    known = {}
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
            raise UsageError(f"finding number {number + 1} has no id", path=path, mend=_MEND)
        known[entry["id"]] = Known(
            id=entry["id"],
            rule=str(entry.get("rule", "")),
            function=str(entry.get("function", "")),
            severity=str(entry.get("severity", "")),
            reason=str(entry.get("reason", "")),
            until=_until(entry.get("until"), path),
        )
    return known


def compare(old: Mapping[str, Known], new: Mapping[str, Known]) -> Difference:
    """What is new, fixed and persisting."""
    return Difference(
        new=tuple(sorted(new.keys() - old.keys())),
        fixed=tuple(sorted(old.keys() - new.keys())),
        persisting=tuple(sorted(new.keys() & old.keys())),
    )


def _until(value: Any, path: Path) -> date | None:
    if isinstance(value, datetime):  # which is a date to Python, and compares with none
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise UsageError(
            f"until: {value!r} is no date", path=path, mend="write it as 2027-01-31"
        ) from error
