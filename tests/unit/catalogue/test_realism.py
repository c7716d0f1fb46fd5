"""Our events are real ones: what others' code, written from the services' documentation, says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from aws_lambda_powertools.utilities.parser import models
from aws_lambda_powertools.utilities.parser.models import iot_registry_events
from pydantic import TypeAdapter, ValidationError

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.codecs import CODECS

TEMPLATES = {t.id: t for t in load_templates(data_folder("event_templates"))}
DATA = Path(__file__).parents[2] / "data"
POWERTOOLS = yaml.safe_load((Path(__file__).parent / "powertools_models.yaml").read_text())
ANCHORS = yaml.safe_load((DATA / "anchors.yaml").read_text())
GO = yaml.safe_load((DATA / "go_keys.yaml").read_text())


def judge(name: str) -> TypeAdapter[Any]:
    """The model, or `list[Model]`; the registry's models are not among the exported ones."""
    bare = name.removeprefix("list[").removesuffix("]")
    model = getattr(iot_registry_events, bare, None) or getattr(models, bare)
    return TypeAdapter(list[model] if name != bare else model)


def sent(id: str) -> Any:
    return json.loads(json.dumps(TEMPLATES[id].event))


@pytest.mark.parametrize(("id", "model"), POWERTOOLS["accepted"].items(), ids=str)
def test_powertools_takes_the_event_for_a_real_one(id: str, model: str) -> None:
    judge(model).validate_python(sent(id))


@pytest.mark.parametrize("id", POWERTOOLS["rejected"])
def test_powertools_complains_of_nothing_but_where_the_documentation_differs(id: str) -> None:
    told = POWERTOOLS["rejected"][id]
    assert told["reason"]
    assert told["source"].startswith("https://")
    with pytest.raises(ValidationError) as caught:
        judge(told["model"]).validate_python(sent(id))
    places = {".".join(str(step) for step in error["loc"]) for error in caught.value.errors()}
    for place in places:
        assert any(place == at or place.startswith(f"{at}.") for at in told["at"]), place


def test_every_model_of_an_event_judges_one_of_ours() -> None:
    used = {
        name.removeprefix("list[").removesuffix("]") for name in POWERTOOLS["accepted"].values()
    }
    used |= {told["model"] for told in POWERTOOLS["rejected"].values()}
    registry = {name for name in vars(iot_registry_events) if name.startswith("IoTCore")}
    events = set(models.__all__) | registry - {"IoTCoreRegistryEventsBase"}
    assert events - set(POWERTOOLS["parts"]) == used


def missing(value: Any, keys: Any, place: str = "") -> Iterator[str]:
    """Pointers of the keys which a value does not have; a text is decoded where a key says so."""
    if isinstance(keys, list):
        if not isinstance(value, list) or not value:
            yield f"{place}/0"
        else:
            yield from missing(value[0], keys[0], f"{place}/0")
    elif isinstance(keys, dict):
        for key, inner in keys.items():
            name, _, codec = key.partition("!")
            if not isinstance(value, dict) or name not in value:
                yield f"{place}/{name}"
                continue
            held = CODECS[codec].decode(value[name]) if codec else value[name]
            yield from missing(held, inner, f"{place}/{name}")


@pytest.mark.parametrize("shape", GO, ids=lambda shape: shape["files"][0])
def test_a_key_of_aws_lambda_gos_examples_is_in_our_event_or_the_reason_is_told(
    shape: dict[str, Any],
) -> None:
    for file in shape["files"]:
        absent = set(missing(sent(ANCHORS["aws-lambda-go"][file]), shape["keys"]))
        assert absent == set(shape.get("missing", {})), file
