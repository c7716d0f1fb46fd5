"""What feeds a topic or a queue: it decides what the message in the event looks like."""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.discovery.shapes import mapping, mappings, places, texts
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
# Who else tells a queue or a topic: (type, where it names that, the `via` word).
_FAILED = "DestinationConfig/OnFailure/Destination"
_DONE = "DestinationConfig/OnSuccess/Destination"
_FEEDBACK = "EventDestination/SnsDestination/TopicARN"
_TELLERS = (
    ("AWS::Lambda::EventInvokeConfig", _FAILED, "destination"),
    ("AWS::Lambda::EventInvokeConfig", _DONE, "destination"),
    ("AWS::Serverless::Function", f"EventInvokeConfig/{_FAILED}", "destination"),
    ("AWS::Serverless::Function", f"EventInvokeConfig/{_DONE}", "destination"),
    ("AWS::Lambda::EventSourceMapping", _FAILED, "stream-failure"),
    ("AWS::Serverless::Function", f"Events/*/Properties/{_FAILED}", "stream-failure"),
    ("AWS::SES::ConfigurationSetEventDestination", _FEEDBACK, "ses-feedback"),
    ("AWS::SMSVOICE::PhoneNumber", "TwoWay/ChannelArn", "sms"),
    ("AWS::SMSVOICE::Pool", "TwoWay/ChannelArn", "sms"),
)


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
        if entry.get("Endpoint") != arn:
            continue
        raw = str(entry.get("RawMessageDelivery", "")).lower() == "true"
        for bucket, target, notice in notifications(stack):
            if target == topic:
                facts = bucket_facts(bucket.physical, notice.get("Event"), notice.get("Filter"))
                return {"via": "s3" if raw else "s3-sns"}, facts | topic_facts(topic)
        if not raw:
            return {"via": "sns"}, topic_facts(topic)
    return _told(stack, arn), {}


def _told(stack: Stack, arn: str) -> dict[str, str]:
    """The `via` word of what is told by services that have no more facts to it."""
    for rule in stack.of_kind("AWS::Events::Rule"):
        for sink in mappings(rule.properties.get("Targets")):
            if arn in (sink.get("Arn"), mapping(sink.get("DeadLetterConfig")).get("Arn")):
                return {"via": "eventbridge"}
    for alarm in stack.of_kind("AWS::CloudWatch::Alarm"):
        if arn in texts(alarm.properties.get("AlarmActions")):
            return {"via": "cloudwatch"} | (
                {"alarm": "metrics"} if alarm.properties.get("Metrics") else {}
            )
    for function in stack.of_kind(*FUNCTIONS):
        declared = function.properties
        letters = declared.get("DeadLetterQueue") or declared.get("DeadLetterConfig")
        if mapping(letters).get("TargetArn") == arn:
            return {"via": "dead-letter"}
    for kind, way, via in _TELLERS:
        for resource in stack.of_kind(kind):
            if arn in _named(resource, way):
                return {"via": via}
    return {}


def _named(resource: Resource, way: str) -> list[Any]:
    own = resource.properties
    return [value for value, _ in places(own, own, way.split("/"))]


def delivery_words(stack: Stack, arn: str) -> dict[str, str]:
    """What feeds a delivery stream, where it is no stream of Kinesis that its owner names."""
    if logged_into(stack, arn):
        return {"from": "logs"}
    for pipe in stack.of_kind("AWS::Pipes::Pipe"):
        source = str(pipe.properties.get("Source", ""))
        if pipe.properties.get("Target") == arn and source.startswith("arn:aws:sqs:"):
            return {"from": "sqs"}
    return {}


def logged_into(stack: Stack, arn: str) -> bool:
    """Whether a log group is subscribed by a stream or a delivery stream."""
    filters = stack.of_kind("AWS::Logs::SubscriptionFilter")
    return any(one.properties.get("DestinationArn") == arn for one in filters)


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
