"""Putting the backends back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.s3.models import FakeKey

from harness.model import Application, ResolvedResource
from harness.observers.cloud import LocalCloud

BUCKET = ResolvedResource(name="B", kind="AWS::S3::Bucket", physical="bucket")


@pytest.fixture
def cloud() -> Iterator[LocalCloud]:
    application = Application(name="a", source=Path(), functions=(), resources=(BUCKET,))
    cloud = LocalCloud(application, decoys={})
    cloud.start()
    yield cloud
    cloud.stop()


def test_memory_does_not_grow_with_what_is_put_and_put_back(cloud: LocalCloud) -> None:
    for number in range(50):
        cloud.put("s3-object", {"bucket": "bucket", "key": f"k{number}"}, {"body": "x"})
        cloud.restore()
    tracker: type = FakeKey
    assert len(vars(tracker)["instances_tracked"]) <= 1


def test_a_second_cloud_of_the_process_starts_empty(cloud: LocalCloud) -> None:
    cloud.put("s3-object", {"bucket": "other", "key": "k"}, {"body": "x"})
    cloud.stop()
    cloud.start()
    assert cloud.skipped == ()
    assert cloud.endpoint.startswith("http://127.0.0.1:")


def test_restoring_what_nothing_changed_does_nothing(cloud: LocalCloud) -> None:
    cloud.restore()
    cloud.restore()
    assert cloud.since(0) == ()
