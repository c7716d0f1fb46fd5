"""The address of an account as a source: `aws://[PROFILE@]REGION[/STACK][?tag=KEY=VALUE]`.

`aws://eu-west-1` is all of a region that the scope names, `aws://audit@eu-west-1/shop` what the
CloudFormation stack `shop` made, seen with the profile `audit`, `aws://eu-west-1?tag=team=web` the
functions with a tag; several tags must all be there.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from harness.errors import UsageError

_GRAMMAR = "write aws://[PROFILE@]REGION[/STACK][?tag=KEY=VALUE]"
# A path that came through pathlib has lost one of its slashes.
_ADDRESS = re.compile(
    r"aws://(?:(?P<profile>[^@/?]+)@)?(?P<region>[^/?@]*)(?:/(?P<stack>[^/?]+))?/?"
    r"(?:\?(?P<query>.*))?"
)
_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a deployed application is. Empty texts are what the address leaves open."""

    region: str
    profile: str = ""
    stack: str = ""
    tags: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        profile = f"{self.profile}@" if self.profile else ""
        stack = f"/{self.stack}" if self.stack else ""
        tags = "&".join(f"tag={key}={value}" for key, value in self.tags)
        return f"aws://{profile}{self.region}{stack}" + (f"?{tags}" if tags else "")


def is_address(source: Path) -> bool:
    """Whether a source is an account and no file."""
    return source.parts[:1] == ("aws:",)


def is_url(source: Path) -> bool:
    """Whether a source is a document that has to be fetched."""
    return source.parts[:1] in (("http:",), ("https:",))


def url(source: Path) -> str:
    """The URL of a source for which `is_url` holds."""
    scheme, _, rest = str(source).partition(":")
    return f"{scheme}://{rest.lstrip('/')}"


def shown(source: Path) -> str:
    """A source as users write it."""
    if is_url(source):
        return url(source)
    return str(address(source)) if is_address(source) else str(source)


def located(source: Path) -> Path:
    """A source that stays the same when the working folder changes."""
    return source if is_address(source) or is_url(source) else source.resolve()


def address(source: Path) -> Address:
    """The address of a source for which `is_address` holds. Raises UsageError."""
    text = str(source).replace(":/", "://", 1)
    match = _ADDRESS.fullmatch(text)
    if match is None or _REGION.fullmatch(match["region"]) is None:
        raise UsageError(f"{text}: no address of an AWS account", mend=_GRAMMAR)
    tags = []
    for part in filter(None, (match["query"] or "").split("&")):
        name, key, value = (*part.split("=", 2), "", "")[:3]
        if name != "tag" or not key:
            raise UsageError(f"{text}: {part} is no filter", mend=_GRAMMAR)
        tags.append((key, value))
    return Address(
        region=match["region"],
        profile=match["profile"] or "",
        stack=match["stack"] or "",
        tags=tuple(tags),
    )
