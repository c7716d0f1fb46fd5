"""Records of asynchronous runs are found in whatever carries them, and not for ever waited for."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from harness.targets.aws import returns
from harness.targets.aws.records import Record, record_in
from harness.targets.aws.returns import Returns

ID = "e4b46cbf-b738-4a07-8880-a18cdf61200e"
RECORD = {
    "requestContext": {"requestId": ID},
    "requestPayload": {"requestContext": {"requestId": "another"}},
    "responseContext": {"functionError": "Unhandled"},
    "responsePayload": None,
}


@pytest.mark.parametrize(
    "carried",
    [
        RECORD,
        json.dumps(RECORD),
        f"2026-11-21T10:00:00Z\tid\tINFO\twas told {RECORD}\n",
        json.dumps({"level": "INFO", "message": json.dumps({"event": RECORD})}),
        {"Records": [{"Sns": {"Message": json.dumps({"detail": RECORD})}}]},
    ],
)
def test_a_record_is_found_at_any_depth(carried: Any) -> None:
    assert record_in(carried, ID) == Record(answered=True, failed="Unhandled")


@pytest.mark.parametrize(
    "carried", ["", "{", f"{{{ID}", f'"{ID}"', [ID], None, {"requestContext": ID}, "[" * 9999 + ID]
)
def test_what_is_no_record_is_none(carried: Any) -> None:
    assert record_in(carried, ID) is None
    assert record_in(RECORD, "0") is None


def test_places_that_never_tell_are_not_waited_for_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Session:
        settings = SimpleNamespace(qualifier=None)

        def client(self, _service: str) -> Any:
            return SimpleNamespace(
                get_function_event_invoke_config=lambda **_: {},
                exceptions=SimpleNamespace(ResourceNotFoundException=LookupError),
            )

    session: Any = Session()
    waits: list[float] = []
    answers: list[Record | None] = [None, None, None, None, Record(answered=True), None]

    def first(_places: object, _id: str, _since: float, wait: float) -> Record | None:
        waits.append(wait)
        return answers[len(waits) - 1]

    monkeypatch.setattr(returns, "first", first)
    places = Returns(session, "f", {})
    for _ in answers:
        places.of(ID, 0, failed=False, wait=30)
    assert waits == [30, 30, 30, 0, 0, 30]
