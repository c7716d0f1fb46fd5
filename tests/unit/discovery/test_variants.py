"""Each template of AWS is found by what a template declares, or the documentation says how else."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.discovery import discover

TEMPLATES = load_templates(data_folder("event_templates"))
CASES = yaml.safe_load((Path(__file__).parent / "variants.yaml").read_text())
GUIDE = Path(__file__).parents[3] / "docs" / "howto" / "triggers.md"
ARN = json.dumps({"Fn::GetAtt": ["Worker", "Arn"]})


def found(folder: Path, case: dict[str, Any]) -> list[str]:
    """The templates of the triggers of the function Worker, in their order."""
    (folder / "src").mkdir()
    (folder / "src" / "app.py").write_text("def handler(event, context): ...")
    worker = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "Runtime": "python3.12",
            "Handler": "app.handler",
            "CodeUri": "src",
            "Events": case.get("events", {}),
            **case.get("worker", {}),
        },
    }
    document = json.dumps({"Resources": {"Worker": worker, **case.get("resources", {})}})
    template = folder / "template.json"
    template.write_text(document.replace('"WORKER"', ARN))
    application = discover(template, templates=TEMPLATES, workdir=folder / "work")
    return [t.template for f in application.functions if f.name == "Worker" for t in f.triggers]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "+".join(case["templates"]))
def test_what_a_template_declares_finds_the_event_of_its_kind(
    tmp_path: Path, case: dict[str, Any]
) -> None:
    assert sorted(found(tmp_path, case)) == sorted(case["templates"])


def services() -> Iterator[tuple[str, dict[str, Any]]]:
    """(template, pattern) for each event of a service that a template claims by its source."""
    for template in TEMPLATES:
        for claim in template.declared:
            if claim.get("sam") == "EventBridgeRule" and "source" in claim:
                detail = {"detail-type": [claim["detail_type"]]} if "detail_type" in claim else {}
                yield template.id, {"source": [claim["source"]], **detail}


def test_a_rule_for_a_services_events_finds_them(tmp_path: Path) -> None:
    claimed = list(services())
    events = {
        f"E{at}": {"Type": "EventBridgeRule", "Properties": {"Pattern": pattern}}
        for at, (_, pattern) in enumerate(claimed)
    }
    assert set(found(tmp_path, {"events": events})) == {id for id, _ in claimed}


def test_every_template_of_aws_is_found_or_the_guide_tells_how_to_name_it() -> None:
    reached = {id for case in CASES for id in case["templates"]} | {id for id, _ in services()}
    section = GUIDE.read_text().partition("## A trigger that no description tells")[2]
    named = set(re.findall(r"`(aws\.[a-z0-9.-]+)`", section.partition("\n## ")[0]))
    own = {template.id for template in TEMPLATES if template.provider == "aws"}
    assert own == reached | named
    assert not reached & named
