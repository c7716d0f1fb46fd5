"""The response contracts accept what the services accept and refuse what they refuse."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from harness.catalogue.contracts import contract, contract_names
from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.errors import UsageError

TEMPLATES = load_templates(data_folder("event_templates"))
DATA = yaml.safe_load((Path(__file__).parents[2] / "data" / "answers.yaml").read_text())
READ: dict[str, dict[str, list[Any]]] = DATA["read"]
OWN = """
id: my.own.event
provider: my
service: own
title: Mine
source: https://example.com/
event: {a: 1}
"""


@pytest.mark.parametrize("name", READ)
def test_a_contract_tells_good_answers_from_bad_ones(name: str) -> None:
    judge = Draft202012Validator(contract(name))
    for answer in READ[name]["accepts"]:
        assert judge.is_valid(answer), answer
    for answer in READ[name]["refuses"]:
        assert not judge.is_valid(answer), answer


def test_every_contract_is_tried_or_accepts_everything() -> None:
    assert set(READ) | set(DATA["unread"]) == set(contract_names())
    assert all(contract(name) == {} for name in DATA["unread"])


def test_every_contract_serves_a_template() -> None:
    assert {t.response.kind for t in TEMPLATES} == set(contract_names())


@pytest.mark.parametrize(
    ("response", "told"),
    [
        ("{kind: http-v9, visible: true}", "no contract 'http-v9'"),
        ("{kind: mine, visible: true, schema: {type: objekt}}", "not a JSON Schema"),
    ],
)
def test_a_mistake_in_a_contract_is_told_with_its_line(
    tmp_path: Path, response: str, told: str
) -> None:
    (tmp_path / "own.yaml").write_text(OWN + f"response: {response}\n")
    with pytest.raises(UsageError, match=r"own\.yaml:8: ") as caught:
        load_templates(tmp_path)
    assert told in str(caught.value)


def test_a_template_may_bring_a_contract_of_its_own(tmp_path: Path) -> None:
    own = "response: {kind: mine, visible: true, schema: {required: [ok]}}\n"
    (tmp_path / "own.yaml").write_text(OWN + own)
    (template,) = load_templates(tmp_path)
    assert template.response.schema == {"required": ["ok"]}
