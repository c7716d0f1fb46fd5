"""The table `[http]`: where functions answer, whose they are, how to be let in, and how much."""

import ipaddress
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator

from harness.catalogue.loading import Strict
from harness.deployed.listening import SECRET as LISTENER_SECRET
from harness.deployed.listening import Listening
from harness.errors import UsageError
from harness.model import Function, Trigger

# Options whose values are never stored or shown.
SECRET = frozenset({"headers", "bearer", "basic", "cognito", *LISTENER_SECRET})
_EXAMPLE = 'hosts = ["*.execute-api.eu-west-1.amazonaws.com"], i_may_test_this = true'


class Sigv4(Strict):
    """Sign as an AWS user; `service` is `execute-api`, `lambda` (function URLs) or other."""

    region: str
    service: str = "execute-api"
    profile: str | None = None


class Cognito(Strict):
    """Log in to a user pool with USER_PASSWORD_AUTH and send the id token."""

    region: str
    client_id: str
    username: str
    password: str
    endpoint_url: str | None = None


class HttpSettings(Listening):
    """`url` is where all functions answer, `urls` where some do: by function, or by their API.

    `hosts` are globs on host names which may be called; this machine's own addresses need none.
    `ca` is a file of certificates (PEM) to trust instead of the usual ones.
    `timeout` is in seconds, None: the function's own and what a gateway needs. The caps hold for
    the campaign as a whole and not for this machine's own addresses.
    """

    url: str | None = None
    urls: Mapping[str, str] = Field(default_factory=dict)
    hosts: tuple[str, ...] = ()
    i_may_test_this: bool = False
    headers: Mapping[str, str] = Field(default_factory=dict)
    bearer: str | None = None
    basic: str | None = Field(None, pattern=r"^[^:]+:")
    sigv4: Sigv4 | None = None
    cognito: Cognito | None = None
    http2: bool = True
    ca: Path | None = None
    timeout: float | None = Field(None, gt=0)
    max_calls: int = Field(1000, gt=0)
    calls_per_second: float = Field(5.0, gt=0)
    concurrency: int = Field(2, gt=0)
    state_changing: bool = False

    @field_validator("hosts", mode="before")
    @classmethod
    def _split(cls, given: Any) -> Any:
        """`--target-option hosts=a,b` has a text."""
        return tuple(part.strip() for part in given.split(",")) if isinstance(given, str) else given

    @field_validator("url")
    @classmethod
    def _parses(cls, given: str | None) -> str | None:
        urlsplit(given or "")  # a ValueError for half an IPv6 address
        return given

    @field_validator("urls")
    @classmethod
    def _parse(cls, given: Mapping[str, str]) -> Mapping[str, str]:
        for each in given.values():
            urlsplit(each)
        return given

    @property
    def here(self) -> bool:
        """Whether all of it is on this machine, by address: a name could mean anything."""
        return all(_is_here(urlsplit(url).hostname or "") for url in self._all())

    def base(self, function: Function, trigger: Trigger) -> str:
        """Where a trigger's events are sent to; empty when nobody said."""
        for name in (function.name, trigger.source):
            if name is not None and name in self.urls:
                return self.urls[name].rstrip("/")
        return (self.url or "").rstrip("/")

    def _all(self) -> Iterator[str]:
        if self.url is not None:
            yield self.url
        yield from self.urls.values()

    def refusal(self) -> tuple[str, str]:
        """What is wrong with the addresses and how to mend it; empty when nothing is."""
        if not any(self._all()):
            return "no address", 'write url = "https://..." in [http], or --target-option url=...'
        for url in self._all():
            parts = urlsplit(url)
            host = parts.hostname or ""
            if parts.scheme not in ("http", "https") or not host:
                return f"{url} is no address", "begin it with https:// and a host"
            if parts.query or parts.fragment or parts.username is not None:
                return f"{url} has more than a path", "leave it to the events"
            if _is_here(host):
                continue
            if not any(fnmatchcase(host, pattern) for pattern in self.hosts):
                return f"{host} is not among the hosts that may be called", f"write {_EXAMPLE}"
            if not self.i_may_test_this:
                return (
                    f"nothing says that {host} may be tested",
                    "write i_may_test_this = true when its owner has allowed it",
                )
        if self.ca is not None and not self.ca.is_file():
            return f"ca: there is no file {self.ca}", "name a file of certificates in PEM"
        if sum(x is not None for x in (self.bearer, self.basic, self.sigv4, self.cognito)) > 1:
            return "more than one of bearer, basic, sigv4 and cognito", "keep one"
        return "", ""


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def http_settings(options: Mapping[str, Any]) -> HttpSettings:
    """The settings of a table. Raises UsageError for a mistake, and for what may not be called."""
    try:
        settings = HttpSettings.model_validate(dict(options))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "the table"
        known = ", ".join(sorted(HttpSettings.model_fields))
        mend = f"known are {known}" if first["type"] == "extra_forbidden" else "correct it"
        # The value itself may be a secret.
        raise UsageError(f"[http] {name}: {first['msg']}", mend=mend) from error
    what, mend = settings.refusal()
    if what:
        raise UsageError(f"[http] {what}", mend=mend)
    return settings
