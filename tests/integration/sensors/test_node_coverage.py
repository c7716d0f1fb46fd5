"""Which lines of a Node.js function are told as reached, and when."""

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.model import Function, Outcome
from harness.targets.local import LocalTarget

SOURCE = """\
const { helper } = require('./lib/helper.js');
const never = (x) => {
  return x + 1;
};
// a comment
exports.handler = async (event) => {
  let found = [];
  if (event.deep) {
    found.push(
      'deep',
    );
    /* about
     * the next */
    return helper(found);
  } else {
    found = ['flat'];
  }
  for (const one of event.list ?? []) {
    found.push(one);
  }
  return event.short ? never(1) : found;
};
"""
HELPER = "exports.helper = (x) => x;\nexports.unused = () => {\n  return 1;\n};\n"
MODULE = """\
import { helper } from './lib/helper.js';
export const handler = async (event) => {
  if (event.deep) {
    return helper(1);
  }
  return await Promise.resolve(2);
};
"""

Reached = dict[str, tuple[int, ...]]


@pytest.fixture
def reached(tmp_path: Path) -> Callable[..., list[Reached]]:
    """The lines that each of some events reaches first, by file."""

    def run(
        name: str, source: str, *events: bytes, coverage: str = "1", branches: bool = False
    ) -> list[Reached]:
        (tmp_path / name).write_text(source)
        for package in ("lib", "node_modules/other"):
            (tmp_path / package).mkdir(parents=True)
        (tmp_path / "lib" / "helper.js").write_text(HELPER)
        (tmp_path / "node_modules" / "other" / "index.js").write_text(HELPER)
        function = Function(
            name="F", runtime="nodejs20.x", handler="app.handler", code=tmp_path, memory=512
        )
        environment = {"FAASFUZZ_COVERAGE": coverage}
        with LocalTarget(function, environment=environment) as target:
            outcomes = [target.invoke(event) for event in events]
        return [_places(outcome, branches=branches) for outcome in outcomes]

    return run


def _places(outcome: Outcome, *, branches: bool) -> Reached:
    assert outcome.error is None, outcome.error
    return dict(outcome.branches if branches else outcome.lines)


def test_lines_are_told_once_with_those_of_the_import_first(
    reached: Callable[..., list[Reached]],
) -> None:
    told = reached(
        "app.js", SOURCE, b"{}", b"{}", b'{"list": [1]}', b'{"deep": 1}', b'{"short": 1}'
    )
    assert told == [
        {"app.js": (1, 2, 6, 7, 8, 16, 18, 21), "lib/helper.js": (1, 2)},
        {},
        {"app.js": (19,)},
        {"app.js": (9, 10, 14)},
        {"app.js": (3,)},
    ]


def test_the_ways_out_of_a_condition_are_told_though_no_line_tells_them(
    reached: Callable[..., list[Reached]],
) -> None:
    source = """exports.handler = async (event) => {
  let n = 0;
  if (event.a) n = 1;
  for (const one of event.list ?? []) n += one;
  return event.a && event.b ? n : -n;
};
"""
    events = (b"{}", b"{}", b'{"a": 1}', b'{"a": 1, "b": 1}', b'{"a": 1, "b": 1, "list": [1]}')
    told = reached("app.js", source, *events, branches=True)
    counts = [len(one.get("app.js", ())) for one in told]
    assert counts[0] >= 3
    assert counts[1] == 0
    assert all(count > 0 for count in counts[2:])


def test_es_modules_are_covered_too(reached: Callable[..., list[Reached]]) -> None:
    told = reached("app.mjs", MODULE, b"{}", b'{"deep": 1}')
    assert told == [{"app.mjs": (1, 2, 3, 6), "lib/helper.js": (1, 2)}, {"app.mjs": (4,)}]


def test_packages_are_left_out(reached: Callable[..., list[Reached]]) -> None:
    source = "exports.handler = async () => require('other').helper(1);"
    assert reached("app.js", source, b"{}") == [{"app.js": (1,)}]


def test_nothing_is_told_unless_asked_for(reached: Callable[..., list[Reached]]) -> None:
    assert reached("app.js", SOURCE, b"{}", coverage="0") == [{}]
