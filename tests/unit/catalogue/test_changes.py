"""Payloads that do more than the benign event say so: they are not sent to what is deployed."""

import re
from pathlib import Path

import pytest

from harness.campaign.config import RunConfig
from harness.campaign.workplace import Catalogue, limited
from harness.catalogue.paths import data_folder
from harness.catalogue.payloads import load_payloads
from harness.model import Payload

PAYLOADS = load_payloads(data_folder("payloads"))
# Rules whose payloads write, send, spoil or wear out what others use, where they work.
CHANGING = {
    "denial-of-wallet", "event-loop", "mass-assignment", "message-tampering", "nosql-injection",
    "out-of-memory", "poison-record", "prototype-pollution", "redos", "runtime-crash",
    "state-leak", "timeout", "zip-slip",
}  # fmt: skip
# A condition that always holds selects every row, in an UPDATE or a DELETE too; a comma and a
# closing bracket make a row; another recipient gets a mail.
WIDENS = re.compile(
    r"\bor\b|\bwhere\b|/OR/|'\|\|'\{canary\}'=|\{canary\}',\(|\nbcc:", re.IGNORECASE
)


@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda p: p.id)
def test_a_payload_that_changes_state_says_so(payload: Payload) -> None:
    if payload.rule in CHANGING:
        assert payload.changes
    if payload.rule in ("sql-injection", "header-injection"):
        assert payload.changes is bool(WIDENS.search(str(payload.template)))


def test_what_is_deployed_is_sent_them_only_when_asked_for() -> None:
    catalogue = Catalogue(
        templates={},
        payloads=PAYLOADS,
        rules={p.rule: None for p in PAYLOADS},  # type: ignore[misc]
    )

    def sent(target: str, **options: bool) -> bool:
        here = Path()
        config = RunConfig(source=here, out=here, target=target, target_options=options)
        return any(payload.changes for payload in limited(catalogue, config).payloads)

    assert sent("local")
    assert not sent("aws")
    assert sent("aws", state_changing=True)


def test_delays_are_asked_for_only_where_no_sensor_looks() -> None:
    catalogue = Catalogue(templates={}, payloads=PAYLOADS, rules={p.rule: None for p in PAYLOADS})  # type: ignore[misc]

    def sent(target: str) -> bool:
        config = RunConfig(source=Path(), out=Path(), target=target)
        return any(payload.witness.delay for payload in limited(catalogue, config).payloads)

    assert not sent("local")
    assert sent("aws")
