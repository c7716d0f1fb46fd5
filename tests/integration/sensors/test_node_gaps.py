"""What of a Node.js function was never reached and what kept events out, as a real one tells it."""

import json
from pathlib import Path
from typing import Any

import pytest

from harness.events.coverage import gaps
from harness.model import Function
from harness.targets.local import LocalTarget

SOURCE = """const os = require('os');
function never(x) {
  return x + 1;
}
exports.handler = async (event) => {
  let total = os.EOL.length;
  if (event.kind !== 'order') {
    console.log('no');
    return { ok: false };
  }
  for (const item of event.items) {
    total += item;
  }
  try {
    total += JSON.parse(event.body).n;
    if (total > 10) {
      total = 10;
    }
  } catch (error) {
    return { error: 1 };
  }
  switch (event.mode) {
    case 'a':
      total += 1;
      break;
    default:
      total += 2;
  }
  event.items.map((x) => {
    if (x > 1) {
      return 1;
    }
    return 2;
  });
  return total;
};
"""
NEVER = (2, 4, None, "")
REFUSED = (8, 9, 7, "if (event.kind !== 'order') {")
ORDER = {"kind": "order", "items": [1], "body": '{"n": 1}'}


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({}, [NEVER, (11, 35, 7, "if (event.kind !== 'order') {")]),
        (
            {"kind": "order", "items": []},
            [
                NEVER,
                REFUSED,
                (12, 12, 11, "for (const item of event.items) {"),
                (17, 17, 16, "if (total > 10) {"),
                (22, 35, 19, "} catch (error) {"),
            ],
        ),
        (
            ORDER,
            [
                NEVER,
                REFUSED,
                (17, 17, 16, "if (total > 10) {"),
                (20, 20, 19, "} catch (error) {"),
                (24, 25, 23, "case 'a':"),
                (31, 31, 30, "if (x > 1) {"),
            ],
        ),
    ],
)
def test_gaps_name_the_condition_that_kept_the_event_out(
    tmp_path: Path, event: dict[str, Any], told: list[tuple[int, int, int | None, str]]
) -> None:
    (tmp_path / "app.js").write_text(SOURCE)
    function = Function(
        name="F", runtime="nodejs20.x", handler="app.handler", code=tmp_path, memory=512
    )
    with LocalTarget(function, environment={}, coverage=True) as target:
        outcome = target.invoke(json.dumps(event).encode())
    assert outcome.error is None
    (coverage,) = gaps(tmp_path, dict(outcome.lines))
    assert [(g.first, g.last, g.guard, g.text) for g in coverage.gaps] == told
    assert 0 < coverage.reached < coverage.lines
