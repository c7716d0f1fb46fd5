"""Every event that others know has a template of ours, or a reason why not."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from azure.functions.decorators import constants
from functions_framework import event_conversion
from samtranslator.model.sam_resources import SamFunction

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates

TEMPLATES = {t.id: t for t in load_templates(data_folder("event_templates"))}
DATA = Path(__file__).parents[2] / "data"
ANCHORS = yaml.safe_load((DATA / "anchors.yaml").read_text())


@pytest.mark.parametrize("anchor", ANCHORS)
def test_every_entry_of_an_anchor_has_a_template_or_a_reason(anchor: str) -> None:
    for entry, told in ANCHORS[anchor].items():
        if isinstance(told, dict):
            assert set(told) == {"not"}, entry
            assert told["not"], entry
        else:
            assert told in TEMPLATES, entry


def test_every_event_type_of_sam_is_an_entry() -> None:
    kinds: Any = SamFunction.event_resolver.resource_types
    assert {kind for kind in kinds if kind} == set(ANCHORS["sam-events"])


def test_every_trigger_of_azure_is_an_entry() -> None:
    known = {v for k, v in vars(constants).items() if isinstance(v, str) and v.endswith("Trigger")}
    assert known == set(ANCHORS["azure-triggers"])


def test_every_legacy_event_of_google_is_an_entry_and_claimed() -> None:
    known = set(event_conversion._BACKGROUND_TO_CE_TYPE)
    assert known == set(ANCHORS["google-legacy"])
    claimed = {claim.get("gcp"): t.id for t in TEMPLATES.values() for claim in t.declared}
    for entry, told in ANCHORS["google-legacy"].items():
        assert claimed.get(entry) == (told if isinstance(told, str) else None)


def test_every_event_type_of_sam_is_claimed_by_a_template() -> None:
    claimed = {claim.get("sam") for t in TEMPLATES.values() for claim in t.declared}
    # A user pool's triggers are claimed one by one, by their names.
    assert set(ANCHORS["sam-events"]) <= claimed
