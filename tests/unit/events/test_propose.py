"""Proposing a template for a captured event."""

import base64
import gzip
import json

import pytest

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.events.propose import propose
from harness.model import EventTemplate


@pytest.fixture(scope="module")
def templates() -> tuple[EventTemplate, ...]:
    return load_templates(data_folder("event_templates") / "aws")


def test_what_is_like_a_known_event_takes_over_what_is_known(
    templates: tuple[EventTemplate, ...],
) -> None:
    known = {template.id: template for template in templates}
    for id in ("aws.sqs.sns-message", "aws.logs.subscription", "aws.s3.object-created"):
        found = propose(known[id].event, templates)
        assert found.like == known[id]
        own = {point for point in known[id].points if point.address.state is None}
        assert own <= set(found.points)


def test_fields_which_the_like_one_has_not_are_its_senders(
    templates: tuple[EventTemplate, ...],
) -> None:
    known = {template.id: template for template in templates}
    event = json.loads(json.dumps(known["aws.sqs.message"].event))
    event["Records"][0]["body"] = json.dumps({"order": {"note": "left at the door"}})
    event["Records"].append(event["Records"][0])
    found = propose(event, templates)
    assert found.like is not None
    assert found.like.id == "aws.sqs.message"
    assert len(found.event["Records"]) == 1
    addresses = {str(point.address) for point in found.points}
    assert "/Records/0/body!json/order/note" in addresses
    assert "/Records/0/messageId" not in addresses
    assert "/Records/0/receiptHandle" not in addresses


def test_strings_are_looked_into_whatever_they_are_written_in() -> None:
    hidden = base64.b64encode(gzip.compress(b'{"note": "left at the door"}')).decode()
    token = ".".join(
        base64.urlsafe_b64encode(part).decode().rstrip("=")
        for part in (b'{"alg":"none"}', b'{"sub":"ada"}', b"signature")
    )
    event = {
        "payload": json.dumps({"blob": hidden}),
        "session_cookie": "theme=dark; session=a1",
        "mail": "From: a@example.com\r\nSubject: hi\r\n\r\nhello there",
        "token": token,
        "body": "q=left+here&n=1",
        "word": "password",
        "name": "abcdefgh",
        "path": "a%20b",
        "at": "2026-01-02T03:04:05Z",
        "id": "8a0d2f5a-1f6c-4b5e-9a3d-0c6d8e1f2a3b",
    }
    found = propose(event, ())
    assert {str(point.address) for point in found.points} == {
        "/payload",
        "/payload!json/blob!base64!gzip",
        "/payload!json/blob!base64!gzip!json/note",
        "/session_cookie!cookie/theme",
        "/session_cookie!cookie/session",
        "/mail!mime/headers/From",
        "/mail!mime/headers/Subject",
        "/mail!mime/text",
        "/token!jwt/sub",
        "/body",
        "/body!form/q",
        "/body!form/n",
        "/word",
        "/name",
        "/path!url",
    }
    assert [str(place) for place in found.encode] == [
        "/payload/blob!base64!gzip!json",
        "/payload!json",
    ]
    assert found.event["payload"]["blob"] == {"note": "left at the door"}
