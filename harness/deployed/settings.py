"""The table `[aws]`: which account, what of it may be tested, and how much."""

from collections.abc import Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator

from harness.deployed.address import address, is_address
from harness.deployed.listening import SECRET as LISTENER_SECRET
from harness.deployed.listening import Listening
from harness.errors import UsageError

_EXAMPLE = 'account = "123456789012", region, functions = ["shop-*"], i_may_test_this = true'


class Door(StrEnum):
    """How an event comes in: handed to the function, which is waited for (invoke) or not (async),
    or caused at the service that sends it.
    """

    INVOKE = "invoke"
    ASYNC = "async"
    FRONT = "front"


class AwsSettings(Listening):
    """The scope, where it is, and the caps; texts of the command line are understood too.

    `functions` are globs on physical names. `max_cost` is in US dollars by the price table; each
    cap holds for the campaign as a whole, with all its workers. `log_wait` is how many seconds a
    log line may take to arrive. `mail_from` is the address, verified in SES, that mail comes from.
    With `read_destinations` what became of asynchronous calls is read where it is told.
    """

    account: str = Field(pattern=r"^\d{12}$")
    region: str = Field(pattern=r"^[a-z]{2,}(-[a-z]+)+-\d$")
    functions: tuple[str, ...] = Field(min_length=1)
    i_may_test_this: bool = False
    profile: str | None = None
    role_arn: str | None = None
    external_id: str | None = None
    endpoint_url: str | None = Field(None, pattern=r"^https?://[^\s/]+")
    stack: str | None = None
    qualifier: str | None = None
    door: Door = Door.INVOKE
    max_calls: int = Field(1000, gt=0)
    calls_per_second: float = Field(5.0, gt=0)
    concurrency: int = Field(2, gt=0)
    max_cost: float = Field(1.0, gt=0)
    log_wait: float = Field(30.0, ge=0)
    read_destinations: bool = False
    mail_from: str | None = Field(None, pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    state_changing: bool = False
    dry_run: bool = False

    @field_validator("functions", mode="before")
    @classmethod
    def _split(cls, given: Any) -> Any:
        """`--target-option functions=a,b` has a text."""
        return tuple(part.strip() for part in given.split(",")) if isinstance(given, str) else given

    def allows(self, function: str) -> bool:
        """Whether a function, by its physical name, is in the scope."""
        return any(fnmatchcase(function, pattern) for pattern in self.functions)


# Options whose values are never stored or shown.
SECRET = frozenset({"external_id", *LISTENER_SECRET})


def aws_settings(options: Mapping[str, Any], source: Path) -> AwsSettings:
    """The settings of a table, completed by the source's address where it is one.

    Raises UsageError for a mistake, for an address elsewhere than the scope, and when nobody says
    that this may be tested.
    """
    given = dict(options)
    if is_address(source):
        place = address(source)
        for name, value in (("region", place.region), ("profile", place.profile)):
            if value and given.setdefault(name, value) != value:
                raise UsageError(
                    f"{place}: [aws] has {name} = {given[name]!r}", mend="name one of the two"
                )
    if not {"account", "functions"} <= given.keys():
        raise UsageError(
            "nothing deployed is called without a scope",
            mend=f"write a table [aws] in faasfuzz.toml: {_EXAMPLE}",
        )
    try:
        settings = AwsSettings.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"])) or "the table"
        known = ", ".join(sorted(AwsSettings.model_fields))
        mend = f"known are {known}" if first["type"] == "extra_forbidden" else "correct it"
        raise UsageError(f"[aws] {name}: {first['msg']}", mend=mend) from error
    if not settings.i_may_test_this:
        raise UsageError(
            f"[aws] does not say that account {settings.account} may be tested",
            mend="write i_may_test_this = true when its owner has allowed it",
        )
    return settings
