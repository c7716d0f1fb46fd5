"""Our events are real ones: what others' code, written from the services' documentation, says."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import cloudevents.pydantic
import jsonschema
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
SERVICES = yaml.safe_load((DATA / "service_shapes.yaml").read_text())
BOTO = botocore.session.get_session()
CLOUD_EVENT = cloudevents.pydantic.CloudEvent.model_json_schema()


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


def differing(value: Any, shape: Any, place: str = "") -> Iterator[str]:
    """Pointers of what a service's own model does not have, or has of another type."""
    kind = shape.type_name
    if value is None:  # JSON has null for what is not there
        return
    if kind == "structure" and isinstance(value, dict):
        members = {m.serialization.get("name", name): m for name, m in shape.members.items()}
        for key, item in value.items():
            if key in members:
                yield from differing(item, members[key], f"{place}/{key}")
            else:
                yield f"{place}/{key}"
    elif kind == "list" and isinstance(value, list):
        for at, item in enumerate(value):
            yield from differing(item, shape.member, f"{place}/{at}")
    elif kind == "map" and isinstance(value, dict):
        for key, item in value.items():
            yield from differing(item, shape.value, f"{place}/{key}")
    elif kind == "string":
        if not isinstance(value, str) or (shape.enum and value not in shape.enum):
            yield place
    elif kind in ("boolean", "integer", "long", "float", "double"):
        number = int | float if kind in ("float", "double") else int
        if not isinstance(value, bool if kind == "boolean" else number):
            yield place
    elif kind in ("structure", "list", "map"):
        yield place


@pytest.mark.parametrize("held", SERVICES, ids=lambda held: f"{held['template']}{held['at']}")
def test_what_a_service_gives_by_its_interface_too_is_as_its_model_says(
    held: dict[str, Any],
) -> None:
    value = sent(held["template"])
    for key in held["at"].split("/")[1:]:
        value = value[int(key)] if isinstance(value, list) else value[key]
    shape = BOTO.get_service_model(held["service"]).shape_for(held["shape"])
    assert set(differing(value, shape)) == set(held.get("more", {}))


def cloud_events(value: Any) -> Iterator[dict[str, Any]]:
    """The CloudEvents in an event: as JSON, in a text, or in the headers of HTTP's binary mode."""
    if isinstance(value, str) and "specversion" in value:
        yield from cloud_events(json.loads(value))
    elif isinstance(value, list):
        for item in value:
            yield from cloud_events(item)
    elif isinstance(value, dict) and "specversion" in value:
        yield value
    elif isinstance(value, dict) and "ce-specversion" in value:
        yield {key[3:]: text for key, text in value.items() if key.startswith("ce-")}
    elif isinstance(value, dict):
        yield from cloud_events(list(value.values()))


CLOUD_EVENTS = [(id, event) for id in TEMPLATES for event in cloud_events(sent(id))]


@pytest.mark.parametrize(("id", "event"), CLOUD_EVENTS, ids=lambda v: v if type(v) is str else "")
def test_a_cloud_event_is_one_by_the_schema_of_the_format(id: str, event: dict[str, Any]) -> None:
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.validate(event, CLOUD_EVENT, format_checker=checker)
    # https://github.com/cloudevents/spec/blob/main/cloudevents/spec.md#naming-conventions
    named = {key for key in event if key != "data_base64"}
    assert all(key.isascii() and key.isalnum() and key == key.lower() for key in named), named


def test_cloud_events_of_every_provider_are_judged() -> None:
    assert {id.split(".")[0] for id, _ in CLOUD_EVENTS} >= {"gcp", "azure", "knative"}
