"""What a test found before, kept in Hypothesis' example database (the `.hypothesis` folder).

Its entries are bytes under a key; ours are findings as JSON under a key of the test's own, beside
the examples that Hypothesis keeps. A profile without a database remembers nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from hypothesis.database import ExampleDatabase

from harness.campaign.store import finding_from_json
from harness.errors import UsageError
from harness.model import Finding

# Replaying starts a runtime each: no more than these are remembered.
_KEPT = 5


@dataclass(frozen=True, slots=True)
class Yesterday:
    """The findings of one test's last failing run."""

    database: ExampleDatabase | None
    test: str

    @property
    def _key(self) -> bytes:
        return b"faasfuzz\0" + self.test.encode()

    def findings(self) -> list[Finding]:
        """What is remembered; entries that no longer read as findings are dropped."""
        found: list[Finding] = []
        if self.database is None:
            return found
        for entry in list(self.database.fetch(self._key)):
            try:
                found.append(finding_from_json(json.loads(entry)))
            except (ValueError, TypeError, KeyError):
                # Written by another version.
                self.database.delete(self._key, entry)
        return found

    def remember(self, findings: Sequence[Finding]) -> None:
        """Keep the first few findings."""
        if self.database is not None:
            for finding in findings[:_KEPT]:
                self.database.save(self._key, _entry(finding))

    def forget(self, finding: Finding) -> None:
        """Drop a finding that is mended."""
        if self.database is not None:
            self.database.delete(self._key, _entry(finding))


def read_finding(path: Path) -> tuple[Finding, str]:
    """A finding and its application's source, from a file of `faasfuzz export`. UsageError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return finding_from_json(document["finding"]), str(document["source"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UsageError(
            f"this is no exported finding ({type(error).__name__}: {error})",
            path=path,
            mend="write it with faasfuzz export",
        ) from error


def _entry(finding: Finding) -> bytes:
    return json.dumps(asdict(finding), sort_keys=True, default=str).encode()
