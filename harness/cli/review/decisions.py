"""Decisions on findings, kept in a baseline file that people read in a diff.

The file is YAML: `findings` are those that do not fail a run until their day (false alarms and
accepted risks; `harness.campaign.baseline` reads these), `reviewed` those which still do. Each
finding has at most one entry, and entries are sorted, so that one decision is one hunk.
"""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

import yaml

from harness.campaign.baseline import load_known
from harness.errors import UsageError
from harness.model import Finding

ACCEPTING = ("false-alarm", "accepted-risk")
STATUSES = ("confirmed", *ACCEPTING, "fixed")
_HEADER = """\
# Findings somebody looked at. `faasfuzz review` writes this file, `run --baseline` reads it.
# What stands in `findings` does not fail a run until its day; what stands in `reviewed` still does.
"""
_LONGEST = 4000


class _Text(str):
    """A text that is written in quotes (a fingerprint of digits is no number)."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Texts with lines are written as blocks."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = '"' if isinstance(text, _Text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(_Text, _text)


@dataclass(frozen=True, slots=True)
class Decisions:
    """One baseline file. Each change reads it again first: people edit it by hand meanwhile."""

    path: Path
    _lock: Lock

    @classmethod
    def at(cls, path: Path) -> "Decisions":
        """The decisions in a file, which need not exist yet. Raises UsageError when it is none."""
        made = cls(path, Lock())
        made.read()
        return made

    def read(self) -> dict[str, dict[str, Any]]:
        """All entries by fingerprint. One without a status is an accepted risk, as run has it."""
        entries = {}
        for name, entry in self._entries():
            status = str(entry.get("status") or "accepted-risk")
            entries[str(entry["id"])] = {**entry, "status": status, "list": name}
        return entries

    def decide(
        self, finding: Finding, *, status: str, reason: str, who: str, until: str, today: date
    ) -> None:
        """Write down a decision; an empty status takes it back. Raises UsageError."""
        with self._lock:
            entries = self.read()
            entries.pop(finding.id, None)
            if status:
                entries[finding.id] = _entry(finding, status, reason, who, until, today)
            self._write(entries)

    def _entries(self) -> list[tuple[str, dict[str, Any]]]:
        if not self.path.exists():
            return []
        load_known(self.path)
        data = yaml.safe_load(self.path.read_text(encoding="utf-8"))
        found = []
        for name in ("findings", "reviewed"):
            for entry in data.get(name) or ():
                if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
                    raise UsageError(
                        f"an entry of {name} has no id", path=self.path, mend="give it its id"
                    )
                found.append((name, entry))
        return found

    def _write(self, entries: Mapping[str, Mapping[str, Any]]) -> None:
        lists: dict[str, list[str]] = {"findings": [], "reviewed": []}
        for entry in sorted(
            entries.values(),
            key=lambda e: (str(e.get("function", "")), str(e.get("rule", "")), str(e["id"])),
        ):
            known = entry["status"] not in STATUSES
            name = entry["list"] if known else _list(str(entry["status"]))
            kept = {k: v for k, v in entry.items() if k != "list"} | {"id": _Text(entry["id"])}
            text = yaml.dump(
                [kept], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10**6
            )
            lines = (f"  {line}".rstrip() for line in text.splitlines())
            lists[name].append("\n".join(lines) + "\n")
        parts = [_HEADER]
        for name, texts in lists.items():
            if texts or name == "findings":
                parts.append(f"{name}:\n" + "\n".join(texts) if texts else f"{name}: []\n")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all: a run may be reading it.
        handle, part = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(parts))
        written = Path(part)
        written.chmod(0o644)
        written.replace(self.path)


def _entry(
    finding: Finding, status: str, reason: str, who: str, until: str, today: date
) -> dict[str, Any]:
    if status not in STATUSES:
        raise UsageError(f"no decision {status!r}", mend=f"known are {', '.join(STATUSES)}")
    reason = reason.replace("\r\n", "\n").strip()
    if status in ACCEPTING and not reason:
        raise UsageError("a finding is accepted for a reason", mend="write why")
    if max(len(reason), len(who)) > _LONGEST:
        raise UsageError(f"more than {_LONGEST} characters", mend="write less")
    entry: dict[str, Any] = {
        "id": finding.id,
        "rule": finding.rule,
        "function": finding.function,
        "severity": str(finding.severity),
        "status": status,
        "reason": _printable(reason),
        "who": _printable(who.strip()),
        "decided": today,
    }
    if until:
        try:
            entry["until"] = date.fromisoformat(until)
        except ValueError as error:
            raise UsageError(f"{until!r} is no date", mend="write it as 2027-01-31") from error
        if entry["until"] < today:
            raise UsageError(f"{until} is in the past", mend="name a day to come")
    return entry


def _list(status: str) -> str:
    return "findings" if status in ACCEPTING else "reviewed"


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable() or c == "\n")
