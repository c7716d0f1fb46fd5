"""What a role grants and the function was never seen to use (CWE-250, SAS-4).

Silence proves little, so each claim has its own reason why the function cannot need the grant:

- *all of a service* (`s3:*`, `*`): nothing needs it; what the campaign saw says how little it is;
- *any resource* where the calls were for named ones;
- *an action* that was never called and that no word of the source names, in a function of which
  most lines ran. Where the source cannot be read, or too few lines ran, nothing is said; where
  nobody counts lines the claim is tentative.

Least privilege: https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from harness.model import Confidence, Severity
from harness.posture.base import Claim, Subject
from harness.posture.usage import actions

RULE = "over-privileged-role"
# Which part of the lines must have run before silence says something of the rest.
_ENOUGH = 0.8
_SOURCES = (".py", ".js", ".mjs", ".cjs", ".ts", ".mts", ".jsx", ".tsx")
_LARGEST = 400_000
_EVERYTHING = re.compile(r"^(\*|([a-z0-9-]+):\*)$")
# In S3's ARNs a name stands where others have a type: `bucket/*` is one bucket.
_ANY = re.compile(
    r"^(\*|arn:[^:]*:s3:::\*(/\*)?"
    r"|arn:[^:]*:(?!s3:)[^:]*:[^:*]*\*?:[^:*]*\*?:(\*|[a-z]+[:/]\*))$"
)


def grants(subject: Subject) -> Iterator[Claim]:
    """At most one claim a reason, so that a role of many statements is not many findings."""
    if not subject.tested:
        return
    granted = list(allowed(subject.function.policies))
    yield from _claim(subject, "everything", Severity.MEDIUM, list(_everything(subject, granted)))
    yield from _claim(subject, "anything", Severity.LOW, list(_any_resource(subject, granted)))
    yield from _claim(subject, "unused", Severity.INFO, list(_unused(subject, granted)))


def _claim(subject: Subject, about: str, severity: Severity, told: list[str]) -> Iterator[Claim]:
    if told:
        sure = subject.thorough and subject.reached >= _ENOUGH
        yield Claim(
            rule=RULE,
            about=about,
            kind="granted",
            seen="; ".join(dict.fromkeys(told)),
            where=f"the role of {subject.function.name}",
            severity=severity,
            confidence=Confidence.LIKELY if sure else Confidence.TENTATIVE,
        )


def everything(action: str) -> bool:
    """Whether an action pattern grants all of a service, or everything."""
    return bool(_EVERYTHING.match(action)) and not _platform(action)


def any_resource(resource: str) -> bool:
    """Whether a resource pattern names no resource."""
    return bool(_ANY.match(resource))


def allowed(policies: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Sequence[str]]]:
    """(action pattern, resource patterns) of each Allow, managed policies that we know among them.

    A statement under a condition is left out: it grants less than it says.
    """
    for policy in policies:
        name = policy.get("Managed")
        if name:
            yield from ((action, ("*",)) for action in actions()["managed"].get(name, ()))
        elif policy.get("Effect") == "Allow" and not policy.get("Condition"):
            for action in policy.get("Action", ()):
                yield action, policy.get("Resource", ())


def _everything(subject: Subject, granted: Sequence[tuple[str, Sequence[str]]]) -> Iterator[str]:
    for action, _ in granted:
        if not everything(action):
            continue
        service = action.partition(":")[0] if ":" in action else "*"
        seen = {used.split()[0] for used in subject.used}
        seen = {one for one in seen if service in ("*", one.partition(":")[0])}
        yield f"{action} is granted, {_listed(seen)}"


def _any_resource(subject: Subject, granted: Sequence[tuple[str, Sequence[str]]]) -> Iterator[str]:
    for action, resources in granted:
        if _platform(action) or not any(any_resource(resource) for resource in resources):
            continue
        named: dict[str, set[str]] = {}
        for used in subject.used:
            what, _, name = used.partition(" ")
            if fnmatchcase(what.lower(), action.lower()):
                named.setdefault(what, set()).add(name)
        # A call whose resource is not known may have been for any.
        known = {name for names in named.values() for name in names}
        declared = {resource.physical for resource in subject.application.resources}
        if known and "" not in known and known <= declared:
            yield f"{action} is granted for any resource, the calls were for {_names(known)}"


def _unused(subject: Subject, granted: Sequence[tuple[str, Sequence[str]]]) -> Iterator[str]:
    if 0 < subject.reached < _ENOUGH or not subject.thorough:
        return
    words = _words(subject.function.code)
    if not words:
        return
    used = {one.split()[0].lower() for one in subject.used}
    for action, _ in granted:
        if "*" in action or ":" not in action or _platform(action):
            continue
        if action.lower() not in used and not (_spellings(action) & words):
            yield f"{action} is granted and was never used"


def _platform(action: str) -> bool:
    return any(fnmatchcase(action, pattern) for pattern in actions()["platform"])


def _spellings(action: str) -> set[str]:
    """How source code names an action: as it is, as a command, in the cases of the SDKs."""
    name = action.partition(":")[2]
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    own = {name, f"{name}Command", snake, name[:1].lower() + name[1:]}
    return own | set(actions()["spelt"].get(action, ()))


def _words(code: Path | None) -> set[str]:
    """Every word of the source; empty when there is none to read, or more than an author writes."""
    words: set[str] = set()
    size = 0
    if code is None or not code.is_dir():
        return words
    for path in sorted(code.rglob("*")):
        inside = path.relative_to(code).parts
        if path.suffix not in _SOURCES or "node_modules" in inside or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        size += len(text)
        if size > _LARGEST:
            return set()
        words.update(re.findall(r"\w+", text))
    return words


def _listed(seen: set[str]) -> str:
    return f"only {_names(seen)} was seen" if seen else "nothing of it was ever used"


def _names(names: set[str]) -> str:
    return ", ".join(sorted(names))
