"""The options of a campaign, once read and checked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from harness.deployed.address import shown
from harness.model import Application, EventTemplate, Function, Trigger

DIRECT = "aws.lambda.direct-invoke"


class Isolation(StrEnum):
    """Whether calls share a runtime: as in Lambda, never, or until one spoils it for others."""

    AUTO = "auto"
    WARM = "warm"
    FRESH = "fresh"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """What `faasfuzz run` was asked to do.

    `max_time` is in seconds, for the whole campaign; `max_invocations` per function. `functions`
    are globs on names; `triggers` and `rules` are ids; empty means all. `GLOB=ID` among `triggers`
    is of the functions that the glob means. With `stop_at_first_match` a rule that was confirmed in
    a function is tried there no more. `client` is the local runtime client: `fast` or `ric` (the
    unmodified awslambdaric). `target_options` are the target's own; those named in
    `secret_options` are never stored.
    """

    source: Path
    out: Path
    functions: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    target: str = "local"
    target_options: Mapping[str, Any] = field(default_factory=dict)
    client: str = "fast"
    max_time: float | None = None
    max_invocations: int | None = None
    workers: int = 1
    cluster: str | None = None
    isolation: Isolation = Isolation.AUTO
    stop_at_first_match: bool = False
    seed: int = 0
    payloads: Path | None = None
    templates: Path | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    secret_options: frozenset[str] = frozenset()

    def selects(self, function: Function) -> bool:
        """Whether the function is asked for."""
        return not self.functions or any(
            fnmatchcase(function.name, pattern) for pattern in self.functions
        )

    def selected(self, application: Application) -> tuple[Function, ...]:
        """The functions of the application that are asked for, in the template's order."""
        return tuple(function for function in application.functions if self.selects(function))

    def triggers_of(
        self, function: Function, known: Mapping[str, EventTemplate]
    ) -> tuple[Trigger, ...]:
        """The function's triggers that are asked for; direct invocation when it declares none."""
        triggers = tuple(t for t in function.triggers if t.template in known) or (
            Trigger(template=DIRECT),
        )
        asked = [entry.rpartition("=") for entry in self.triggers]
        wanted = {id for glob, _, id in asked if not glob or fnmatchcase(function.name, glob)}
        return tuple(t for t in triggers if not asked or t.template in wanted)

    def as_json(self) -> dict[str, Any]:
        """The options as JSON values, for the store and the reports."""
        told = {
            key: str(value) if isinstance(value, Path) else value
            for key, value in asdict(self).items()
        }
        told["target_options"] = {
            name: value
            for name, value in self.target_options.items()
            if name not in self.secret_options
        }
        told["source"] = shown(self.source)
        del told["secret_options"]
        return told
