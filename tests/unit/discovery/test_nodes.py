"""Documents keep the line of each node; what they mean is what the YAML and JSON say."""

import copy
import datetime
import json
import pickle

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from harness.discovery.loading import line_of, standing_at
from harness.discovery.nodes import Mistake, from_json, from_yaml

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(value=VALUES, indent=st.sampled_from([None, 2, "\t"]), plain=st.booleans())
def test_json_means_what_json_says(value: object, indent: int | str | None, plain: bool) -> None:
    assert from_json(json.dumps(value, indent=indent, ensure_ascii=plain)) == value


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a: !Ref B", {"a": {"Ref": "B"}}),
        ("a: !Condition B", {"a": {"Condition": "B"}}),
        ("a: !Sub '${B}-c'", {"a": {"Fn::Sub": "${B}-c"}}),
        ("a: !GetAtt B.Outputs.C", {"a": {"Fn::GetAtt": ["B", "Outputs.C"]}}),
        ("a: !GetAtt [B, Arn]", {"a": {"Fn::GetAtt": ["B", "Arn"]}}),
        ("a: !Join [',', [!Ref B, c]]", {"a": {"Fn::Join": [",", [{"Ref": "B"}, "c"]]}}),
        (
            "a: !Transform {Name: AWS::Include, Parameters: {Location: x}}",
            {"a": {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "x"}}}},
        ),
        ("x: &x {b: 1, c: 2}\na: {<<: *x, c: 3}", {"x": {"b": 1, "c": 2}, "a": {"b": 1, "c": 3}}),
        ("Version: 2012-10-17", {"Version": datetime.date(2012, 10, 17)}),
        ("1: a\n2: b", {1: "a", 2: "b"}),
        ("# nothing but a remark\n", {}),
    ],
)
def test_yaml_means_what_cloudformation_reads(text: str, meant: object) -> None:
    assert from_yaml(text) == meant


@pytest.mark.parametrize(
    "read",
    [
        lambda: from_yaml("A:\n  Type: X\n  Events:\n  - one\n  - {B: !Sub two}\n"),
        lambda: from_json(
            '{"A": {\n"Type": "X",\n"Events": [\n"one",\n{"B": {"Fn::Sub": "two"}}]}}'
        ),
    ],
)
def test_nodes_and_keys_know_their_lines_also_when_they_are_copied_or_sent(read) -> None:
    read_node = read()
    for node in (read_node, copy.deepcopy(read_node), pickle.loads(pickle.dumps(read_node))):
        events = node["A"]["Events"]
        assert line_of(node["A"], "Type") == 2
        assert line_of(node["A"], "Events") == 3
        assert [line_of(event) for event in events] == [4, 5]
        assert line_of(events[1]["B"]) == 5
        assert line_of(standing_at(events[1], {"new": 1})) == 5
    assert line_of(standing_at({}, {"new": 1})) is None


@pytest.mark.parametrize(
    ("text", "told", "line"),
    [
        ("a: 1\n\na: 2", "Duplicate found 'a'", 3),
        ("a:\n  ~: 2", "Null key '~' not supported", 2),
        ("a:\n  ? [b]\n  : 2", "a key must be a text", 2),
        ("a: 2012-99-99", "month must be in", None),
        ("a: " + "[" * 900 + "]" * 900, "nested too deeply", None),
        (
            "a: &a [1,1,1,1,1,1,1,1]\n"
            + "".join(
                f"{new}: &{new} [{','.join([f'*{old}'] * 8)}]\n"
                for old, new in zip("abcdef", "bcdefg", strict=True)
            ),
            "its aliases stand for more than 250000 nodes",
            None,
        ),
    ],
)
def test_what_no_template_may_say_is_told(text: str, told: str, line: int | None) -> None:
    with pytest.raises(Mistake, match=told) as found:
        from_yaml(text)
    assert found.value.line == line


def test_json_that_says_a_thing_twice_or_is_too_deep_is_told() -> None:
    with pytest.raises(Mistake, match='Duplicate found "a"') as found:
        from_json('{"a": 1,\n"a": 2}')
    assert found.value.line == 2
    with pytest.raises(Mistake, match="4300 digits"):
        from_json("1" * 5000)
    with pytest.raises(Mistake, match="nested too deeply"):
        from_json("[" * 100_000 + "]" * 100_000)


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: !!python/name:os.system x", "a: [1", "a: \0"])
def test_what_is_no_plain_yaml_is_refused(text: str) -> None:
    with pytest.raises(yaml.YAMLError):
        from_yaml(text)
