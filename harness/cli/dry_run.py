"""The plan of a campaign on what is deployed, and what it may cost, without a single call of it."""

from collections.abc import Iterator

from harness.campaign.config import RunConfig
from harness.campaign.workplace import Catalogue, limited
from harness.deployed.prices import invocation
from harness.deployed.settings import aws_settings
from harness.events.seed import make_seed
from harness.model import Application

# What most calls take; the caps count with the longest that a function may run.
_USUAL_MS = 100


def planned(config: RunConfig, application: Application, catalogue: Catalogue) -> Iterator[str]:
    """A line for each function, and one for all: trials and their highest and usual cost.

    A trial is a payload at an insertion point; many go on one call, and shapes that are learnt add
    points, so that trials are what the budgets limit, not what will be sent.
    """
    settings = aws_settings(config.target_options, application.source)
    payloads = limited(catalogue, config).payloads
    calls_left, usual, most = settings.max_calls, 0.0, 0.0
    for function in config.selected(application):
        triggers = config.triggers_of(function, catalogue.templates)
        points = sum(
            len(make_seed(catalogue.templates[t.template], t, function).points) for t in triggers
        )
        trials = points * len(payloads)
        calls = min(calls_left, config.max_invocations or calls_left)
        calls_left -= calls
        usual += calls * invocation(function, settings.region, _USUAL_MS)
        most += calls * invocation(function, settings.region)
        told = ", ".join(t.template for t in triggers)
        yield (
            f"{function.name} ({told}): {points} insertion points before learning, {trials} trials,"
            f" {calls} calls at most"
        )
    # A call begins only when the longest that it may run still fits into what is left.
    yield (
        f"account {settings.account} {settings.region}: {settings.max_calls - calls_left} calls at "
        f"most, {settings.calls_per_second:g} a second, {settings.concurrency} at once; about "
        f"${min(usual, settings.max_cost):.4f} at {_USUAL_MS} ms a call, never more than "
        f"${min(most, settings.max_cost):.4f}"
    )
    changing = "are sent" if settings.state_changing else "are not sent"
    yield f"payloads that change state {changing}; events come by door = {settings.door.value}"
