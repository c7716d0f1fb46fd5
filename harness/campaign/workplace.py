"""What every job of a campaign is done with: its data, its configuration, its application.

Light to load: the coordinator has no use for what a worker runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from harness.campaign.config import RunConfig
from harness.model import Application, EventTemplate, ExpectedWitness, Payload, Rule
from harness.targets.base import Setup
from harness.targets.registry import lacking, provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The data a campaign works with, by id."""

    templates: Mapping[str, EventTemplate]
    payloads: tuple[Payload, ...]
    rules: Mapping[str, Rule]


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What a worker needs to know for any of a campaign's jobs."""

    config: RunConfig
    application: Application
    catalogue: Catalogue


def setup(workplace: Workplace) -> Setup:
    """What the campaign says to its target."""
    config = workplace.config
    return Setup(
        application=workplace.application,
        client=config.client,
        options=config.target_options,
        out=config.out,
        campaign=config.out.name,
    )


def limited(catalogue: Catalogue, config: RunConfig) -> Catalogue:
    """The catalogue with only the rules that were asked for; what is off is never sent.

    Nor is a payload whose witness the target could not show, or one that changes state where the
    target is deployed and nobody allowed it.
    """
    way = provider(config.target)
    lacks = lacking(config.target, config.target_options)
    careful = way.deployed and not config.target_options.get("state_changing")
    rules = {id: r for id, r in catalogue.rules.items() if not config.rules or id in config.rules}
    payloads = tuple(
        p
        for p in catalogue.payloads
        if p.rule in rules and _shows(p.witness, lacks) and not (careful and p.changes)
    )
    return replace(catalogue, payloads=payloads, rules=rules)


def _shows(witness: ExpectedWitness, lacks: frozenset[str]) -> bool:
    if witness == ExpectedWitness(delay=True) and "sensors" not in lacks:
        return False  # a sensor sees in one call what a delay tells in many
    if not (witness.callback or witness.decoy):
        return True
    elsewhere = witness.computed or witness.delay or (witness.sink and "sensors" not in lacks)
    callback = witness.callback and "callbacks" not in lacks
    decoy = witness.decoy and "files" not in lacks
    return bool(callback or decoy or elsewhere)
