"""Checks of the declaration: each file proves itself, and a tester's mistakes are told."""

from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.model import Application, Edge, Function, ResolvedResource, Trigger
from harness.posture import Subject, claims
from harness.posture.declared import Check, checks

FUNCTION = Function(name="Api", runtime="python3.13", handler="a.b", code=None)


@pytest.mark.parametrize("check", checks(), ids=lambda check: check.id)
def test_a_check_tells_its_flawed_examples_from_its_sound_ones(check: Check) -> None:
    assert all(check.evidence(flawed) for flawed in check.flawed)
    assert not any(check.evidence(sound) for sound in check.sound)


def test_a_check_is_named_like_its_file() -> None:
    folder = Path(__file__).parents[3] / "harness" / "posture" / "checks"
    assert sorted(p.stem for p in folder.glob("*.yaml")) == sorted(c.id for c in checks())


def test_a_mistake_in_a_check_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("id: mine\nof: [function]\nwhen: [{att: runtime}]\n")
    with pytest.raises(UsageError) as told:
        checks(tmp_path)
    assert "mine.yaml:3" in str(told.value)


def test_a_resource_is_told_of_the_function_that_it_belongs_to() -> None:
    bucket = ResolvedResource(
        name="Uploads",
        kind="AWS::S3::Bucket",
        physical="app-uploads",
        properties={"AccessControl": "PublicRead"},
    )
    tied = Application(
        name="app",
        source=Path("t.yaml"),
        functions=(FUNCTION,),
        resources=(bucket,),
        edges=(Edge(origin="Uploads", to="Api", via="S3"),),
    )
    apart = Application(
        name="app", source=Path("t.yaml"), functions=(FUNCTION,), resources=(bucket,)
    )
    assert [c.about for c in claims(Subject(application=tied, function=FUNCTION))] == [
        "public-bucket/Uploads"
    ]
    assert list(claims(Subject(application=apart, function=FUNCTION))) == []


def test_a_secret_is_named_and_not_shown() -> None:
    function = Function(
        name="Api",
        runtime="python3.13",
        handler="a.b",
        code=None,
        environment={"DB_PASSWORD": "horse-battery"},
        triggers=(Trigger(template="aws.lambda.direct-invoke"),),
    )
    application = Application(name="app", source=Path("t.yaml"), functions=(function,))
    (claim,) = claims(Subject(application=application, function=function))
    assert "DB_PASSWORD" in claim.seen
    assert "horse-battery" not in claim.seen
