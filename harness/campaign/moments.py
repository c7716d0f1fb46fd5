"""What happens in a campaign, as values: whoever prints or stores listens to these."""

from dataclasses import dataclass

from harness.model import Application, Finding, FunctionSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStarted:
    """The application is known and the workers are about to start."""

    id: str
    application: Application
    functions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionStarted:
    """A worker took up a function."""

    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Counts of one function since its last Progress."""

    function: str
    invocations: int
    trials: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CellsDone:
    """Cells of the plan that need not be tried again when the campaign is resumed.

    A cell is "seed variant|insertion point|payload id".
    """

    function: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingConfirmed:
    """Shown the moment it is confirmed; a smaller event may follow under the same id."""

    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionFinished:
    """A function is done (or was given up, see the summary's reason)."""

    summary: FunctionSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerFailed:
    """A worker ended by an error of ours; its functions that were not finished are named."""

    functions: tuple[str, ...]
    reason: str


Moment = (
    CampaignStarted
    | FunctionStarted
    | Progress
    | CellsDone
    | FindingConfirmed
    | FunctionFinished
    | WorkerFailed
)
