"""Each format against its own rules, with findings that try to break out of it."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from sarif_pydantic import Sarif

from harness.catalogue.paths import rules_folder
from harness.catalogue.rules import load_rules
from harness.errors import UsageError
from harness.model import CampaignReport, Finding, Witness
from harness.reports import REPORTERS, write_reports
from tests.unit.campaign.test_campaign_parts import finding, report, summary

RULES = load_rules(rules_folder())
SCHEMA = Path(__file__).parents[3] / "harness" / "reports" / "findings.schema.json"
HOSTILE = "</script>\x00\x1b[2J|`<img src=x onerror=alert(1)>\u202e\n| a | b |"


def hostile() -> Finding:
    return finding(
        function=HOSTILE,
        payload=HOSTILE,
        insertion_point="/a",
        witness=Witness(kind="sink", seen=HOSTILE, where=HOSTILE),
        logs=HOSTILE,
        response=HOSTILE,
    )


CASES = {
    "nothing": report(),
    "a finding": report((finding(),)),
    "hostile": report((hostile(),), (summary(name=HOSTILE, tested=False, reason=HOSTILE),)),
    "untested": report((), (summary(tested=False, tallies=(), reason="no runtime"),)),
    "interrupted": replace(report((finding(),)), verdict="interrupted", finished=""),
}


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def told(request: pytest.FixtureRequest) -> CampaignReport:
    made: CampaignReport = request.param
    return made


def rendered(format: str, told: CampaignReport) -> str:
    reporter = next(r for r in REPORTERS if r.format == format)
    return reporter.render(told, RULES)


def test_json_keeps_to_its_published_schema(told: CampaignReport) -> None:
    document = json.loads(rendered("json", told))
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))


def test_sarif_is_sarif_and_has_what_code_scanning_asks_for(told: CampaignReport) -> None:
    document = json.loads(rendered("sarif", told))
    Sarif.model_validate(document)
    run = document["runs"][0]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for rule in run["tool"]["driver"]["rules"]:
        assert 0 <= float(rule["properties"]["security-severity"]) <= 10
        assert any(tag.startswith("external/cwe/cwe-") for tag in rule["properties"]["tags"])
        assert rule["helpUri"].startswith("https://")
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["partialFingerprints"]
        place = result["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] >= 1
        assert "\\" not in place["artifactLocation"]["uri"]
    assert run["invocations"][0]["executionSuccessful"] is (told.verdict != "interrupted")


def test_junit_counts_what_it_holds(told: CampaignReport) -> None:
    root = ElementTree.fromstring(rendered("junit", told))
    assert root.tag == "testsuites"
    for suite in root:
        assert int(suite.get("tests", "")) == len(suite.findall("testcase")) > 0
        assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("skipped", "")) == len(suite.findall("testcase/skipped"))
    assert int(root.get("failures", "")) == len(root.findall("testsuite/testcase/failure"))


def test_markdown_stays_a_table_and_holds_no_markup(told: CampaignReport) -> None:
    text = rendered("markdown", told)
    assert "<img" not in text
    assert "\x1b" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.replace("\\|", "").count("|") for line in rows}) <= 1


def test_html_is_one_file_without_anything_to_load(told: CampaignReport) -> None:
    text = rendered("html", told)
    assert "<img src=x" not in text
    assert "default-src 'none'" in text
    assert "\x00" not in text


def test_reports_are_written_whole_and_unknown_formats_refused(tmp_path: Path) -> None:
    written = write_reports(report(), RULES, tmp_path, [r.format for r in REPORTERS])
    assert {p.name for p in written} == {p.name for p in tmp_path.iterdir()}
    with pytest.raises(UsageError, match="no report format 'pdf'"):
        write_reports(report(), RULES, tmp_path, ["pdf"])
