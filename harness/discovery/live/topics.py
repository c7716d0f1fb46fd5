"""Topics and what subscribes to them.

https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html
"""

from harness.discovery.live.policies import remember_senders
from harness.discovery.live.view import Found, View, resource


def read_topics(view: View) -> Found:
    """AWS::SNS::Topic and AWS::SNS::Subscription of topics that reach a function."""
    arns = view.from_("sns")
    if arns is None:
        arns = {str(topic["TopicArn"]) for topic in view.pages("sns", "list_topics", "Topics")}
    for arn in sorted(arns):
        name = arn.rsplit(":", 1)[-1]
        told = view.one("sns", "get_topic_attributes", TopicArn=arn).get("Attributes", {})
        remember_senders(view, told.get("Policy"))
        yield (
            f"sns:{name}",
            resource("AWS::SNS::Topic", TopicName=name, FifoTopic=name.endswith(".fifo")),
        )
        for number, entry in enumerate(
            view.pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=arn)
        ):
            own = str(entry.get("SubscriptionArn", ""))
            raw = ""
            if entry.get("Protocol") == "sqs" and own.startswith("arn:"):
                attributes = view.one(
                    "sns", "get_subscription_attributes", SubscriptionArn=own
                ).get("Attributes", {})
                raw = attributes.get("RawMessageDelivery", "")
            yield (
                f"sns:{name}:subscription{number}",
                resource(
                    "AWS::SNS::Subscription",
                    TopicArn=arn,
                    Protocol=entry.get("Protocol"),
                    Endpoint=entry.get("Endpoint"),
                    RawMessageDelivery=raw,
                ),
            )
