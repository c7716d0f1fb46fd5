"""The regression corpus: findings of earlier campaigns, one JSON file each, looked at first.

A folder that people keep in git or in a CI job's cache: `<function>/<finding id>.json`.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from harness.campaign.store import finding_from_json
from harness.errors import UsageError
from harness.model import Finding


def load_corpus(folder: Path) -> dict[str, tuple[Finding, ...]]:
    """Findings by the function that is invoked for them. Empty when there is no such folder.

    Raises UsageError for a file that holds no finding.
    """
    found: dict[str, list[Finding]] = {}
    for path in sorted(folder.glob("*/*.json")):
        try:
            finding = finding_from_json(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(
                f"this is no finding ({type(error).__name__}: {error})",
                path=path,
                mend="remove the file from the corpus",
            ) from error
        found.setdefault(_invoked(finding), []).append(finding)
    return {function: tuple(findings) for function, findings in found.items()}


def add_to_corpus(folder: Path, findings: Iterable[Finding]) -> None:
    """Write findings into the corpus; one that is there already is replaced.

    Raises UsageError when the folder cannot be written.
    """
    for finding in findings:
        path = folder / _invoked(finding) / f"{finding.id}.json"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(asdict(finding), indent=2) + "\n", "utf-8")
        except OSError as error:
            raise UsageError(
                f"the corpus cannot be written ({error.strerror})", path=path, mend="check --corpus"
            ) from error


def _invoked(finding: Finding) -> str:
    return finding.path[0].function if finding.path else finding.function
