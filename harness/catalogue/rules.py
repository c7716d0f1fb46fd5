"""Rules: `harness/rules/<id>.yaml`. The ids and CWE numbers are fixed by the contract."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import Field

from harness.catalogue.loading import Strict, documents, validated
from harness.errors import UsageError
from harness.model import Rule, Severity


class _Rule(Strict):
    id: str = Field(pattern=r"^[a-z-]+$")
    title: str
    severity: Severity
    cwe: tuple[int, ...] = Field(min_length=1)
    sas: str = Field(pattern=r"^(SAS-([1-9]|10)|CSA)$")
    attack: str
    description: str
    remediation: str
    example: dict[str, str] = Field(default_factory=dict)
    references: tuple[str, ...] = ()


def load_rules(folder: Path) -> Mapping[str, Rule]:
    """The rules of a folder by id. Raises UsageError."""
    found: dict[str, Rule] = {}
    for document in documents([folder]):
        read = validated(_Rule, document)
        if document.path.stem != read.id:
            raise UsageError(
                f"the file is named {document.path.stem}, the rule {read.id}",
                path=document.path,
                line=document.line(("id",)),
                mend="name the file after the rule",
            )
        found[read.id] = Rule(**dict(read))
    return found
