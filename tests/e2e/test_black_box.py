"""A function whose shape nothing tells but its errors, and one that tells by being watched."""

from pathlib import Path

import pytest
import yaml

from tests.e2e.campaigns import findings_of

# No name of a field stands in the source.
CODE = """from base64 import b64decode

NAMES = (b"cGFyY2Vs", b"d2VpZ2h0Rm9ybXVsYQ==", b"em9uZQ==")
PARCEL, FORMULA, ZONE = (b64decode(name).decode() for name in NAMES)


def handler(event, context):
    parcel = event[PARCEL]
    if not isinstance(parcel[ZONE], int):
        raise TypeError("zone must be a number")
    return {"price": parcel[ZONE] * ANSWER(parcel[FORMULA])}
"""


@pytest.mark.parametrize("client", ["ric", "fast"])
def test_a_nested_field_is_reached_by_errors_alone_and_by_sensors(
    tmp_path: Path, client: str
) -> None:
    resources = {}
    for name, answer in (("Price", "eval"), ("PriceSafe", "float")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text(CODE.replace("ANSWER", answer))
        properties = {"Handler": "app.handler", "Runtime": "python3.11", "CodeUri": name}
        resources[name] = {"Type": "AWS::Serverless::Function", "Properties": properties}
    source = tmp_path / "template.yaml"
    source.write_text(
        yaml.safe_dump({"Transform": "AWS::Serverless-2016-10-31", "Resources": resources})
    )
    told = findings_of(source, tmp_path / "out", rules=["code-injection"], client=client)
    found = {(f["function"], f["insertion_point"], f["confidence"]) for f in told["findings"]}
    assert found == {("Price", "/parcel/weightFormula", "confirmed")}
    assert all(f["tested"] for f in told["functions"])
