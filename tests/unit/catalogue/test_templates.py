"""The template catalogue: every template loads, round-trips hostile text, and is a real event."""

import json
from pathlib import Path

import pytest

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.codecs.base import CodecError
from harness.errors import UsageError
from harness.events.arm import Infeasible, feasible
from harness.events.seed import make_seed
from harness.model import EventTemplate, Function, Trigger

TEMPLATES = load_templates(data_folder("event_templates"))
NOBODY = Function(name="F", runtime="python3.11", handler="app.handler", code=None)
FACTS = {
    "region", "account", "function_arn", "function_name", "path", "request_path", "method",
    "route_key", "api_id", "stage", "domain", "bucket", "bucket_arn", "event", "prefix", "suffix",
    "topic_arn", "topic_name", "subscription_arn", "queue_arn", "queue_name", "queue_url", "table",
    "table_arn", "stream_arn", "stream", "rule", "rule_arn", "bus", "source", "detail_type",
    "schedule", "input", "recipient", "broker_arn", "cluster_arn", "topic", "database",
    "collection", "log_group", "user_pool", "target_group_arn", "state_machine", "origin",
    "container", "event_hub_name", "parent_type", "field",
    "event_type", "event_source", "document", "ref",
}  # fmt: skip
HOSTILE = (
    "'\"`;|&$(){}[]<>\\/%00%2e",
    "{{7*7}} ${7*7} <%= 7 %> #{7}",
    "../../etc/passwd",
    "a b+c%20d&e=f;g",
    "Zoë 日本 \U0001f600",
    "line\nbreak\r\n\ttab",
    "nul\0byte",
    '{"json": ["in", "json"]}',
)


def seeds(template: EventTemplate):  # type: ignore[no-untyped-def]
    return make_seed(template, Trigger(template=template.id), NOBODY)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.id)
def test_hostile_text_arrives_through_every_insertion_point(template: EventTemplate) -> None:
    seed = seeds(template)
    for point in seed.points:
        for text in HOSTILE:
            try:
                written = seed.written(point.address, feasible(point, text))
            except (Infeasible, CodecError):
                continue
            assert written.read(point.address) == text
            json.dumps(written.event)
            for mirror in point.mirrors:
                assert written.written(mirror, text).read(mirror) == text


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.id)
def test_mirrors_show_the_value_of_their_point(template: EventTemplate) -> None:
    seed = seeds(template)
    for point in seed.points:
        for mirror in point.mirrors:
            assert seed.read(mirror) == seed.read(point.address)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.id)
def test_bindings_use_known_facts_and_reach_into_the_event(template: EventTemplate) -> None:
    seed = seeds(template)
    for binding in template.bindings:
        names = {part.split("}")[0] for part in binding.form.split("{")[1:]}
        assert names <= FACTS
        assert seed.exists(binding.address) or binding.address.steps[-1][1] in template.event


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.id)
def test_a_delivery_knows_the_triggers_facts_and_reaches_into_the_event(
    template: EventTemplate,
) -> None:
    seed = seeds(template)
    for delivery in template.delivery:
        assert {*delivery.match, *delivery.starts, *delivery.ends} <= FACTS
        assert all(seed.exists(to) for to, _ in delivery.copy)


def test_no_two_templates_claim_the_same_trigger() -> None:
    claims = [json.dumps(d, sort_keys=True) for t in TEMPLATES for d in t.declared]
    assert len(claims) == len(set(claims))


BASE = """
id: my.own.event
provider: my
service: own
title: Mine
source: https://example.com/
event: {a: 1}
response: {kind: any, visible: true}
"""


@pytest.mark.parametrize(
    ("addition", "told"),
    [
        ("insertion_points: [{address: /a!rot13, control: anyone}]", "no codec 'rot13'"),
        ("insertion_points: [{address: a, control: anyone}]", "expected '/segment'"),
        ("insertion_points: [{address: /a, control: everybody}]", "control"),
        ("insertion_points: [{address: '@object/body', control: anyone}]", "no state item"),
        ("insertion_pionts: []", "insertion_pionts"),
        ("encode: [/b!json]", "encode.0: /b!json"),
        ("encode: ['/a!json/b!json']", "the encodings stand at the address's end"),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_line(
    tmp_path: Path, addition: str, told: str
) -> None:
    (tmp_path / "own.yaml").write_text(BASE + addition)
    with pytest.raises(UsageError, match=r"own\.yaml:9: ") as caught:
        load_templates(tmp_path)
    assert told in str(caught.value)


def test_a_users_template_replaces_ours_by_id(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(BASE.replace("my.own.event", "aws.sqs.message"))
    loaded = load_templates(data_folder("event_templates"), tmp_path)
    assert {t.id: t.title for t in loaded}["aws.sqs.message"] == "Mine"
