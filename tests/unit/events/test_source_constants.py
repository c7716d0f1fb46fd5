"""Words of a function's source: what it compares with, and how its fields are called."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from harness.events.shapes.samples import matching
from harness.events.shapes.source import constants


def words(folder: Path, text: str, name: str = "app.js") -> tuple[str, ...]:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text))
    return constants(folder)


def test_strings_of_python_in_the_order_they_stand(tmp_path) -> None:
    text = 'def handler(e, c):\n    return e["kind"] == "refund" or e["kind"] == "charge"\n'
    assert words(tmp_path, text, "app.py") == ("kind", "refund", "charge")


def test_what_javascript_compares_with(tmp_path) -> None:
    found = words(
        tmp_path,
        """
        exports.handler = async (event) => {
          switch (event.kind) { case "refund": break; case `charge`: break; }
          if (event.mode !== 'dry-run' && ["csv", "xml"].includes(event.format)) return 1;
          if (event.key.startsWith("incoming/") || /^[A-Z]{3}-\\d{2}$/.test(event.sku)) return 2;
          return event.ref.match(/^PO(?<number>\\d)$/);
        };
        """,
    )
    values = {"refund", "charge", "dry-run", "csv", "xml", "incoming/", "AAA-00", "PO0"}
    assert values <= set(found)


def test_properties_that_javascript_reads_and_takes_apart(tmp_path) -> None:
    found = words(
        tmp_path,
        """
        const helper = require("./helper");
        exports.handler = async ({ detail: { order }, ...rest }) => {
          const { lines = [], note: remark } = order;
          const formula = order?.parcel.weightFormula ?? order["fallback"];
          console.log(process.env.TABLE_NAME, JSON.stringify(remark).trim(), Math.PI);
          return helper.send(formula);
        };
        """,
    )
    fields = {"detail", "order", "lines", "note", "parcel", "weightFormula", "fallback"}
    assert fields <= set(found)
    strange = {"TABLE_NAME", "env", "stringify", "trim", "send", "./helper", "handler", "PI"}
    assert not strange & set(found)


def test_what_a_spread_may_replace_in_javascript_names_a_field(tmp_path) -> None:
    found = words(tmp_path, "store({ role: 'member', ...JSON.parse(event.body), id: 1 });")
    assert "role" in found
    assert "id" not in found


def test_types_of_typescript_name_fields_and_their_values(tmp_path) -> None:
    text = """
    import { S3Event } from "aws-lambda";
    interface Order { id: string; state: "open" | "closed" }
    export const handler = async (event: Order): Promise<string> => (event as any).extra!;
    """
    assert words(tmp_path, text, "app.ts") == ("id", "state", "open", "closed", "extra")


def test_a_file_with_a_mistake_still_tells_what_stands_in_the_rest(tmp_path) -> None:
    assert "kind" in words(tmp_path, "exports.handler = (e) => { if (e.kind === ) }; (")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("node_modules/lib/index.js", "module.exports = x.colour;"),
        ("lib.min.js", "module.exports = x.colour;"),
        ("app.test.ts", "export const a = x.colour;"),
        ("bundle.js", f'module.exports = "{"a" * 900}" + x.colour;'),
        ("tests/test_app.py", 'assert x["colour"]'),
    ],
)
def test_what_others_wrote_and_what_was_minified_is_left_out(tmp_path, name, text) -> None:
    assert words(tmp_path, text, name) == ()


def test_a_code_folder_may_itself_lie_below_a_folder_of_tests(tmp_path) -> None:
    assert words(tmp_path / "tests" / "src", "exports.h = (e) => e.colour;") == ("colour",)


@pytest.mark.parametrize(
    ("files", "handler"),
    [
        ({"app.py": "from lib import tools\nfrom . import near\nX = 'own'",
          "lib/tools.py": "from ..deep import low", "near.py": "import deep.low\nY = 'near'",
          "deep/low.py": "Z = 'low'", "other.py": "W = 'other'"}, "app.handler"),
        ({"src/app.ts": "import { a } from './near.js'; const X = 'own';",
          "src/near.ts": "const low = require('../deep'); const Y = 'near';",
          "deep/index.js": "const Z = 'low';", "src/other.js": "const W = 'other';"},
         "src/app.handler"),
    ],
    ids=["python", "javascript"],
)  # fmt: skip
def test_a_shared_folder_gives_what_the_handler_can_reach(tmp_path, files, handler) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert constants(tmp_path, handler) == ("own", "near", "low")
    assert "other" in constants(tmp_path)
    assert "other" in constants(tmp_path, "missing.handler")


@pytest.mark.parametrize("pattern", [r"^[A-Z]{2}\d{4}$", r"\d+-x", r"^\S+@\S+$", r"(?=.*z).{3,}"])
def test_a_text_for_a_pattern_matches_it_and_is_the_same_each_time(pattern) -> None:
    text = matching(pattern, 5, 12)
    assert text is not None
    assert re.search(pattern, text)
    assert 5 <= len(text) <= 12
    assert matching.__wrapped__(pattern, 5, 12) == text


def test_there_is_no_text_for_a_pattern_that_is_none() -> None:
    assert matching("[") is None
    assert matching("^ab$", 3) is None
