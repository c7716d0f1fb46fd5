"""Functions of Azure, Google, Knative, OpenWhisk: what is vulnerable is found, its twin silent."""

from pathlib import Path

import pytest

from tests.e2e.campaigns import findings_of

APPS = Path(__file__).parents[1] / "other_clouds"
RULES = ("os-command-injection", "path-traversal", "xss")


@pytest.mark.parametrize(
    ("cloud", "expected"),
    [
        (
            "azure",
            {
                "greet": ("xss", "/Data/req/Body!json/title"),
                "label": ("os-command-injection", "/Data/item!json/label"),
                "convert": ("os-command-injection", "/Metadata/BlobTrigger"),
                "Legacy": ("path-traversal", "/Data/req/Query/file"),
            },
        ),
        (
            "google",
            {
                "greet": ("xss", "/query/name"),
                "label": ("os-command-injection", "/data/message/data!base64!json/label"),
                "stored": ("os-command-injection", "/data/name"),
            },
        ),
        (
            "google-node",
            {
                "page": ("path-traversal", "/query/page"),
                "label": ("os-command-injection", "/data/message/data!base64!json/label"),
            },
        ),
        (
            "openwhisk",
            {
                "greet": ("xss", "/name"),
                "label": ("os-command-injection", "/messages/0/value"),
            },
        ),
    ],
)
def test_a_campaign_finds_what_is_vulnerable_and_nothing_in_its_twin(
    cloud: str, expected: dict[str, tuple[str, str]], tmp_path: Path
) -> None:
    told = findings_of(APPS / cloud, tmp_path / "out", rules=RULES, max_invocations=1200)
    assert all(function["tested"] for function in told["functions"]), told["functions"]
    assert len(told["functions"]) == 2 * len(expected)
    found = {f["function"]: (f["rule"], f["insertion_point"]) for f in told["findings"]}
    assert found == expected
    assert {f["confidence"] for f in told["findings"]} == {"confirmed"}
    assert all(
        f["sink"]["file"].endswith((".py", ".js")) for f in told["findings"] if f["rule"] != "xss"
    )


def test_a_service_of_knative_is_attacked_through_the_events_that_it_gets(tmp_path: Path) -> None:
    rules = ("os-command-injection",)
    told = findings_of(APPS / "knative", tmp_path / "out", rules=rules, max_invocations=150)
    assert [function["tested"] for function in told["functions"]] == [True, True]
    [found] = told["findings"]
    assert (found["function"], found["insertion_point"]) == ("label", "/body!json/label")
    assert (found["confidence"], found["sink"]["file"]) == ("confirmed", "func.py")
