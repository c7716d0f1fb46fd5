"""What happens in a campaign, as values: whoever prints or stores listens to these."""

from dataclasses import dataclass

from harness.campaign.account import Account
from harness.campaign.jobs import Job
from harness.model import Application, Finding, FunctionSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStarted:
    """The application is known and the workers are about to start."""

    id: str
    application: Application
    functions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStarted:
    """A worker took up a job."""

    job: str
    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a job did so far, and the cells it tried since its last checkpoint.

    Stored as one transaction: cells and counts never disagree. `job` is the job's key, `cells` are
    numbers of jobs.cell_number.
    """

    job: str
    function: str
    account: Account
    cells: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingConfirmed:
    """Shown the moment it is confirmed; a smaller event may follow under the same id."""

    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionFinished:
    """A function's plan is done (or was given up, see the summary's reason)."""

    summary: FunctionSummary


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerFailed:
    """A job ended by an error of ours, or was lost with its worker."""

    job: Job
    reason: str


Moment = (
    CampaignStarted | JobStarted | Checkpoint | FindingConfirmed | FunctionFinished | WorkerFailed
)
