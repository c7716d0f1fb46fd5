"""Delivery streams: what is put into one becomes an object, as with the real one."""

from typing import Any

from harness.model import ResolvedResource
from harness.observers.cloud.inside import Refused
from harness.observers.cloud.resources.context import Provision, physical_name
from harness.observers.cloud.resources.storage import bucket_parameters

_S3 = ("ExtendedS3DestinationConfiguration", "S3DestinationConfiguration")


def delivery_stream(provision: Provision, resource: ResolvedResource) -> None:
    """To its own bucket; for other destinations (Redshift, HTTP, ...) to a bucket made for it."""
    name = physical_name(resource).removeprefix("deliverystream/")
    declared = next((d for k in _S3 if isinstance(d := resource.properties.get(k), dict)), {})
    bucket, prefix = declared.get("BucketARN"), declared.get("Prefix")
    destination: dict[str, Any] = {
        "RoleARN": f"arn:aws:iam::{provision.application.account}:role/delivery",
        "BucketARN": bucket if isinstance(bucket, str) else f"arn:aws:s3:::{_bucket(name)}",
    }
    if isinstance(prefix, str):
        destination["Prefix"] = prefix
    _make_bucket(provision, destination["BucketARN"].rpartition(":")[2])
    provision.inside.call(
        "firehose",
        "CreateDeliveryStream",
        {"DeliveryStreamName": name, "ExtendedS3DestinationConfiguration": destination},
    )


def _bucket(stream: str) -> str:
    kept = "".join(c for c in stream.lower() if c.isascii() and (c.isalnum() or c == "-"))
    return f"delivered-by-{kept}"[:63].rstrip("-")


def _make_bucket(provision: Provision, name: str) -> None:
    try:
        provision.inside.call(
            "s3", "CreateBucket", bucket_parameters(name, provision.application.region)
        )
    except Refused as error:
        if not error.code.startswith("BucketAlready"):
            raise
