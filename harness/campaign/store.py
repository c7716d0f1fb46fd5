"""The campaign store: one SQLite file (WAL) with everything to resume, replay, report and diff.

One writer, the coordinator. Each moment is committed as it arrives, so a campaign that is killed
loses the calls in flight and nothing else.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness import __version__
from harness.campaign.config import RunConfig
from harness.errors import UsageError
from harness.model import (
    CampaignReport,
    Confidence,
    FileCoverage,
    Finding,
    FunctionSummary,
    Gap,
    Hop,
    RuleTally,
    Severity,
    Sink,
    Witness,
)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS campaign (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS function (name TEXT PRIMARY KEY, summary TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS finding (id TEXT PRIMARY KEY, finding TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cell (function TEXT NOT NULL, cell TEXT NOT NULL,
    PRIMARY KEY (function, cell)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS progress (function TEXT PRIMARY KEY, invocations INTEGER NOT NULL,
    trials INTEGER NOT NULL);
"""
_FORMAT = "1"


def now() -> str:
    """The time of day in UTC, to the second, as reports show it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Store:
    """Reads and writes one `campaign.db`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)

    @classmethod
    def open(cls, path: Path) -> "Store":
        """An existing store: the file, or the folder of a campaign. Raises UsageError."""
        file = path / "campaign.db" if path.is_dir() else path
        if not file.is_file():
            raise UsageError(
                "there is no campaign here",
                path=path,
                mend="name a campaign's folder or its campaign.db",
            )
        try:
            store = cls(file)
            store.get("format")
        except sqlite3.DatabaseError as error:
            raise UsageError(f"this is no campaign store ({error})", path=file) from error
        return store

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside happen together or not at all."""
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def begin(
        self, identity: str, config: RunConfig, name: str, application: dict[str, Any]
    ) -> None:
        """Write down what the campaign is."""
        with self.transaction():
            for key, value in (
                ("format", _FORMAT),
                ("id", identity),
                ("name", name),
                ("version", __version__),
                ("started", now()),
                ("finished", ""),
                ("configuration", config.as_json()),
                ("application", application),
            ):
                self.put(key, value)

    def put(self, key: str, value: Any) -> None:
        self._db.execute("INSERT OR REPLACE INTO campaign VALUES (?, ?)", (key, json.dumps(value)))

    def get(self, key: str, default: Any = None) -> Any:
        row = self._db.execute("SELECT value FROM campaign WHERE key = ?", (key,)).fetchone()
        return default if row is None else json.loads(row[0])

    def put_finding(self, finding: Finding) -> None:
        """Add a finding, or replace it by its smaller event."""
        self._db.execute(
            "INSERT OR REPLACE INTO finding VALUES (?, ?)",
            (finding.id, json.dumps(asdict(finding))),
        )

    def put_function(self, summary: FunctionSummary) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO function VALUES (?, ?)",
            (summary.name, json.dumps(asdict(summary))),
        )

    def put_progress(self, function: str, invocations: int, trials: int) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO progress VALUES (?, ?, ?)", (function, invocations, trials)
        )

    def put_cells(self, function: str, cells: tuple[str, ...]) -> None:
        with self.transaction():
            self._db.executemany(
                "INSERT OR IGNORE INTO cell VALUES (?, ?)", [(function, cell) for cell in cells]
            )

    def cells(self, function: str) -> frozenset[str]:
        """Cells of the plan that were tried already."""
        rows = self._db.execute("SELECT cell FROM cell WHERE function = ?", (function,))
        return frozenset(row[0] for row in rows)

    def progress(self) -> dict[str, tuple[int, int]]:
        """Invocations and trials by function, also of functions that were not finished."""
        rows = self._db.execute("SELECT function, invocations, trials FROM progress")
        return {name: (invocations, trials) for name, invocations, trials in rows}

    def findings(self) -> tuple[Finding, ...]:
        """Every finding, the worst first, then in a stable order."""
        rows = self._db.execute("SELECT finding FROM finding")
        found = [finding_from_json(json.loads(row[0])) for row in rows]
        return tuple(
            sorted(
                found,
                key=lambda f: (f.severity.rank, f.confidence.rank, f.function, f.rule, f.id),
            )
        )

    def functions(self) -> tuple[FunctionSummary, ...]:
        rows = self._db.execute("SELECT summary FROM function ORDER BY rowid")
        return tuple(_summary(json.loads(row[0])) for row in rows)

    def report(self, verdict: str) -> CampaignReport:
        """What the reports show."""
        configuration = self.get("configuration", {})
        return CampaignReport(
            id=self.get("id", ""),
            name=self.get("name", ""),
            source=str(configuration.get("source", "")),
            target=str(configuration.get("target", "")),
            seed=int(configuration.get("seed", 0)),
            started=self.get("started", ""),
            finished=self.get("finished", ""),
            version=self.get("version", ""),
            verdict=verdict,
            functions=self.functions(),
            findings=self.findings(),
            configuration=configuration,
            application=self.get("application", {}),
            blind=tuple(self.get("blind", [])),
            notes=tuple(self.get("notes", [])),
        )


def finding_from_json(data: dict[str, Any]) -> Finding:
    """The inverse of `dataclasses.asdict` for a finding read from JSON."""
    return Finding(
        **{
            **data,
            "severity": Severity(data["severity"]),
            "confidence": Confidence(data["confidence"]),
            "witness": Witness(**data["witness"]),
            "sink": Sink(**data["sink"]) if data["sink"] else None,
            "cwe": tuple(data["cwe"]),
            "calls": tuple(data["calls"]),
            "reproduce": tuple(data["reproduce"]),
            "mutations": tuple(data["mutations"]),
            "path": tuple(Hop(**hop) for hop in data.get("path", ())),
        }
    )


def _summary(data: dict[str, Any]) -> FunctionSummary:
    tallies = tuple(RuleTally(**tally) for tally in data["tallies"])
    fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
    coverage = tuple(_coverage(told) for told in data.get("coverage", ()))
    return FunctionSummary(**{**fields, "tallies": tallies, "coverage": coverage})


def _coverage(data: dict[str, Any]) -> FileCoverage:
    return FileCoverage(**{**data, "gaps": tuple(Gap(**gap) for gap in data["gaps"])})
