"""Notifications of buckets.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html
"""

from typing import Any

from harness.discovery.live.view import Found, View, resource
from harness.discovery.shapes import mapping, mappings

# S3's own names of the lists and of what they name -> those of CloudFormation.
_LISTS = (
    ("LambdaFunctionConfigurations", "LambdaFunctionArn", "LambdaConfigurations", "Function"),
    ("QueueConfigurations", "QueueArn", "QueueConfigurations", "Queue"),
    ("TopicConfigurations", "TopicArn", "TopicConfigurations", "Topic"),
)


def read_buckets(view: View) -> Found:
    """AWS::S3::Bucket with its notifications, of buckets that reach a function."""
    arns = view.from_("s3")
    if arns is None:
        names = {str(bucket["Name"]) for bucket in view.pages("s3", "list_buckets", "Buckets")}
    else:
        names = {arn.rsplit(":", 1)[-1].split("/")[0] for arn in arns}
    for name in sorted(names):
        told = view.one("s3", "get_bucket_notification_configuration", Bucket=name)
        wanted: dict[str, Any] = {}
        for theirs, target, ours, key in _LISTS:
            entries = [_entry(entry, target, key) for entry in mappings(told.get(theirs))]
            if entries:
                wanted[ours] = entries
        if "EventBridgeConfiguration" in told:
            wanted["EventBridgeConfiguration"] = {"EventBridgeEnabled": True}
            view.calls("events", "")
        yield (
            f"s3:{name}",
            resource("AWS::S3::Bucket", BucketName=name, NotificationConfiguration=wanted),
        )


def _entry(entry: Any, target: str, key: str) -> dict[str, Any]:
    rules = mapping(mapping(entry.get("Filter")).get("Key")).get("FilterRules")
    return {
        "Event": entry.get("Events"),
        key: entry.get(target),
        **({"Filter": {"S3Key": {"Rules": rules}}} if rules else {}),
    }
