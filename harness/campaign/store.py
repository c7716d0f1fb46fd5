"""The campaign store: one SQLite file (WAL) with everything to resume, replay, report and diff.

One writer, the coordinator. Each moment is committed as it arrives, so a campaign that is killed
loses the calls in flight and nothing else.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness import __version__
from harness.campaign.account import Account, Planned, summarise
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
    Severity,
    Sink,
    Witness,
)

_SCHEMA = (
    "CREATE TABLE campaign (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE job (number INTEGER PRIMARY KEY, key TEXT UNIQUE NOT NULL,
    function TEXT NOT NULL, account TEXT NOT NULL)""",
    "CREATE INDEX job_function ON job (function)",
    "CREATE TABLE finding (id TEXT PRIMARY KEY, function TEXT NOT NULL, finding TEXT NOT NULL)",
    "CREATE INDEX finding_function ON finding (function)",
    """CREATE TABLE cell (function TEXT NOT NULL, cell INTEGER NOT NULL,
    PRIMARY KEY (function, cell)) WITHOUT ROWID""",
    "CREATE TABLE coverage (function TEXT PRIMARY KEY, files TEXT NOT NULL)",
)
_FORMAT = "2"


def now() -> str:
    """The time of day in UTC, to the second, as reports show it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Store:
    """Reads and writes one `campaign.db`; a new one holds nothing until it is begun.

    Raises UsageError where the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA synchronous=NORMAL")
        except sqlite3.OperationalError as error:
            raise UsageError(
                f"it cannot be opened ({error})", path=path, mend="check --out and its permissions"
            ) from error

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
            if store._empty():
                raise UsageError(
                    "the campaign here was ended before anything of it was stored",
                    path=file,
                    mend="run it anew, without --resume",
                )
            written = store.get("format")
        except sqlite3.DatabaseError as error:
            raise UsageError(f"this is no campaign store ({error})", path=file) from error
        if written != _FORMAT:
            raise UsageError(
                "this store was written by another version of faasfuzz",
                path=file,
                mend="run a new campaign",
            )
        return store

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _empty(self) -> bool:
        return self._db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None

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
        """Write down what the campaign is, all or nothing of it: kill -9 can come between.

        Raises UsageError where the file cannot be written.
        """
        try:
            self._db.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            raise UsageError(
                f"cannot write here ({error})", path=self.path, mend="check --out"
            ) from error
        with self.transaction():
            for statement in _SCHEMA:
                self._db.execute(statement)
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
        known = self._db.execute(
            "SELECT finding FROM finding WHERE id = ?", (finding.id,)
        ).fetchone()
        if known is None or _preferred(finding, finding_from_json(json.loads(known[0]))):
            self._db.execute(
                "INSERT OR REPLACE INTO finding VALUES (?, ?, ?)",
                (finding.id, finding.function, json.dumps(asdict(finding))),
            )

    def put_checkpoint(
        self, job: str, function: str, account: Account, cells: Iterable[int]
    ) -> None:
        """What a job did so far and the cells it tried: all of it or, when we are killed, none."""
        with self.transaction():
            self._db.execute(
                "INSERT INTO job (key, function, account) VALUES (?, ?, ?) "
                "ON CONFLICT (key) DO UPDATE SET account = excluded.account",
                (job, function, json.dumps(account.as_json())),
            )
            self._db.executemany(
                "INSERT OR IGNORE INTO cell VALUES (?, ?)", [(function, cell) for cell in cells]
            )

    def put_coverage(self, function: str, files: Sequence[FileCoverage]) -> None:
        """Coverage of one function, worked out when its jobs were done."""
        told = json.dumps([asdict(file) for file in files])
        self._db.execute("INSERT OR REPLACE INTO coverage VALUES (?, ?)", (function, told))

    def cells(self, function: str) -> frozenset[int]:
        """Cells of the plan that were tried already."""
        rows = self._db.execute("SELECT cell FROM cell WHERE function = ?", (function,))
        return frozenset(row[0] for row in rows)

    def accounts(self, function: str) -> tuple[Account, ...]:
        """What the jobs of a function did, in the order in which they began."""
        rows = self._db.execute(
            "SELECT account FROM job WHERE function = ? ORDER BY number", (function,)
        )
        return tuple(Account.from_json(json.loads(row[0])) for row in rows)

    def coverage(self, function: str) -> tuple[FileCoverage, ...]:
        """Coverage by file, empty where the runtime's client could not tell it."""
        row = self._db.execute(
            "SELECT files FROM coverage WHERE function = ?", (function,)
        ).fetchone()
        return () if row is None else tuple(_coverage(told) for told in json.loads(row[0]))

    def findings(self, function: str | None = None) -> tuple[Finding, ...]:
        """Findings of all functions or of one, the worst first, then in a stable order."""
        rows = self._db.execute(
            "SELECT finding FROM finding WHERE ?1 IS NULL OR function = ?1", (function,)
        )
        found = [finding_from_json(json.loads(row[0])) for row in rows]
        return tuple(
            sorted(
                found,
                key=lambda f: (f.severity.rank, f.confidence.rank, f.function, f.rule, f.id),
            )
        )

    def functions(self) -> tuple[FunctionSummary, ...]:
        """A summary of each function of the campaign, in the application's order."""
        return tuple(self._summary(Planned.from_json(told)) for told in self.get("functions", []))

    def function(self, name: str) -> FunctionSummary:
        """The summary of one function."""
        told = next(told for told in self.get("functions", []) if told["name"] == name)
        return self._summary(Planned.from_json(told))

    def _summary(self, function: Planned) -> FunctionSummary:
        return summarise(
            function,
            self.accounts(function.name),
            Counter(finding.rule for finding in self.findings(function.name)),
            self.coverage(function.name),
        )

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


def _preferred(new: Finding, old: Finding) -> bool:
    """The surer finding, else the smaller event; two shards may find the same."""
    mine = (new.confidence.rank, len(json.dumps(new.event)))
    return mine <= (old.confidence.rank, len(json.dumps(old.event)))


def _coverage(data: dict[str, Any]) -> FileCoverage:
    return FileCoverage(**{**data, "gaps": tuple(Gap(**gap) for gap in data["gaps"])})
