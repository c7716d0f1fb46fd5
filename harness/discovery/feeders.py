"""What feeds a topic or a queue: it decides what the message in the event looks like."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.discovery.shapes import mapping, mappings, texts
from harness.discovery.stack import FUNCTIONS, Resource, Stack
from harness.discovery.words import bucket_facts, topic_facts

# S3's notification lists, and the property that names the target in each.
NOTIFICATIONS = {
    "LambdaConfigurations": "Function",
    "QueueConfigurations": "Queue",
    "TopicConfigurations": "Topic",
}
_API_NOTIFICATIONS = {
    "LambdaFunctionConfigurations": "LambdaFunctionArn",
    "QueueConfigurations": "QueueArn",
    "TopicConfigurations": "TopicArn",
}


def feeder(stack: Stack, arn: str) -> tuple[dict[str, str], dict[str, str]]:
    """(`via` word, facts of the feeder) of a topic or a queue by its ARN; empty when unfed."""
    for rule, action in receipt_actions(stack):
        if mapping(action.get("SNSAction")).get("TopicArn") == arn:
            return {"via": "ses"}, recipient_facts(rule)
        stored = mapping(action.get("S3Action"))
        if stored.get("TopicArn") == arn:
            mails = {"bucket": str(stored.get("BucketName", ""))}
            return {"via": "ses-s3"}, recipient_facts(rule) | mails
    for bucket, target, entry in notifications(stack):
        if target == arn:
            facts = bucket_facts(bucket.physical, entry.get("Event"), entry.get("Filter"))
            return {"via": "s3"}, facts
    for topic, entry in subscriptions(stack):
        raw = str(entry.get("RawMessageDelivery", "")).lower() == "true"
        if entry.get("Endpoint") == arn and not raw:
            for bucket, target, notice in notifications(stack):
                if target == topic:
                    facts = bucket_facts(bucket.physical, notice.get("Event"), notice.get("Filter"))
                    return {"via": "s3-sns"}, facts | topic_facts(topic)
            return {"via": "sns"}, topic_facts(topic)
    for rule in stack.of_kind("AWS::Events::Rule"):
        for sink in mappings(rule.properties.get("Targets")):
            if sink.get("Arn") == arn:
                return {"via": "eventbridge"}, {}
    for alarm in stack.of_kind("AWS::CloudWatch::Alarm"):
        if arn in texts(alarm.properties.get("AlarmActions")):
            return {"via": "cloudwatch"}, {}
    for function in stack.of_kind(*FUNCTIONS):
        declared = function.properties
        letters = declared.get("DeadLetterQueue") or declared.get("DeadLetterConfig")
        if mapping(letters).get("TargetArn") == arn:
            return {"via": "dead-letter"}, {}
    return {}, {}


def mailed(stack: Stack, bucket: str) -> dict[str, str]:
    """The `via` word of a bucket into which a receipt rule writes mails; empty for any other."""
    names = {bucket, getattr(stack.by_value(bucket), "physical", bucket)}
    for _, action in receipt_actions(stack):
        if mapping(action.get("S3Action")).get("BucketName") in names:
            return {"via": "ses"}
    return {}


def queue_words(queue: str) -> dict[str, str]:
    """What a queue's own name tells: FIFO queues have messages of their own form."""
    return {"queue": "fifo"} if queue.endswith(".fifo") else {}


def receipt_actions(stack: Stack) -> Iterator[tuple[Resource, Mapping[str, Any]]]:
    """Each action of each SES receipt rule."""
    for rule in stack.of_kind("AWS::SES::ReceiptRule"):
        for action in mappings(mapping(rule.properties.get("Rule")).get("Actions")):
            yield rule, action


def recipient_facts(rule: Resource) -> dict[str, str]:
    """Facts of a receipt rule; a rule for a domain takes mail for any address in it."""
    body = mapping(rule.properties.get("Rule"))
    facts = {"rule": str(body.get("Name") or rule.name)}
    for first in texts(body.get("Recipients")):
        return facts | {"recipient": first if "@" in first else f"inbox@{first.lstrip('.')}"}
    return facts


def notifications(stack: Stack) -> Iterator[tuple[Resource, str, Mapping[str, Any]]]:
    """(bucket, ARN of the target, entry) of each bucket notification.

    The CDK's custom resource takes them as S3's own interface has them.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html
    """
    for custom in stack.of_kind("Custom::S3BucketNotifications"):
        owner = stack.by_value(custom.properties.get("BucketName"))
        wanted = mapping(custom.properties.get("NotificationConfiguration"))
        for key, target in _API_NOTIFICATIONS.items():
            for entry in mappings(wanted.get(key)):
                if owner is not None:
                    yield owner, str(entry.get(target, "")), {"Event": entry.get("Events"), **entry}
    for bucket in stack.of_kind("AWS::S3::Bucket"):
        wanted = mapping(bucket.properties.get("NotificationConfiguration"))
        for key, target in NOTIFICATIONS.items():
            for entry in mappings(wanted.get(key)):
                yield bucket, str(entry.get(target, "")), entry


def subscriptions(stack: Stack) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(topic ARN, subscription) of each subscription, wherever it is declared."""
    for subscription in stack.of_kind("AWS::SNS::Subscription"):
        yield str(subscription.properties.get("TopicArn", "")), subscription.properties
    for topic in stack.of_kind("AWS::SNS::Topic"):
        for entry in mappings(topic.properties.get("Subscription")):
            yield topic.arn, entry
