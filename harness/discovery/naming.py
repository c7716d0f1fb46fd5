"""Physical names of resources: what Ref and GetAtt give, as if the stack had been deployed."""

import hashlib
from collections.abc import Mapping
from typing import Any

from harness.discovery.intrinsics import ACCOUNT, REGION

# type -> (property that names it, ARN form)
_NAMED = {
    "AWS::S3::Bucket": ("BucketName", "arn:aws:s3:::{name}"),
    "AWS::DynamoDB::Table": ("TableName", "arn:aws:dynamodb:{r}:{a}:table/{name}"),
    "AWS::DynamoDB::GlobalTable": ("TableName", "arn:aws:dynamodb:{r}:{a}:table/{name}"),
    "AWS::Serverless::SimpleTable": ("TableName", "arn:aws:dynamodb:{r}:{a}:table/{name}"),
    "AWS::SQS::Queue": ("QueueName", "arn:aws:sqs:{r}:{a}:{name}"),
    "AWS::SNS::Topic": ("TopicName", "arn:aws:sns:{r}:{a}:{name}"),
    "AWS::Kinesis::Stream": ("Name", "arn:aws:kinesis:{r}:{a}:stream/{name}"),
    "AWS::KinesisFirehose::DeliveryStream": (
        "DeliveryStreamName",
        "arn:aws:firehose:{r}:{a}:deliverystream/{name}",
    ),
    "AWS::Events::EventBus": ("Name", "arn:aws:events:{r}:{a}:event-bus/{name}"),
    "AWS::Events::Rule": ("Name", "arn:aws:events:{r}:{a}:rule/{name}"),
    "AWS::SSM::Parameter": ("Name", "arn:aws:ssm:{r}:{a}:parameter/{name}"),
    "AWS::SecretsManager::Secret": ("Name", "arn:aws:secretsmanager:{r}:{a}:secret:{name}-a1b2c3"),
    "AWS::StepFunctions::StateMachine": (
        "StateMachineName",
        "arn:aws:states:{r}:{a}:stateMachine:{name}",
    ),
    "AWS::Serverless::StateMachine": ("Name", "arn:aws:states:{r}:{a}:stateMachine:{name}"),
    "AWS::Lambda::Function": ("FunctionName", "arn:aws:lambda:{r}:{a}:function:{name}"),
    "AWS::Serverless::Function": ("FunctionName", "arn:aws:lambda:{r}:{a}:function:{name}"),
    "AWS::IAM::Role": ("RoleName", "arn:aws:iam::{a}:role/{name}"),
    "AWS::Logs::LogGroup": ("LogGroupName", "arn:aws:logs:{r}:{a}:log-group:{name}"),
    "AWS::Cognito::UserPool": ("UserPoolName", "arn:aws:cognito-idp:{r}:{a}:userpool/{name}"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (
        "Name",
        "arn:aws:elasticloadbalancing:{r}:{a}:targetgroup/{name}/6d0ecf831eec9f09",
    ),
    "AWS::RDS::DBCluster": ("DBClusterIdentifier", "arn:aws:rds:{r}:{a}:cluster:{name}"),
}
_REF_IS_ARN = frozenset(
    {
        "AWS::SNS::Topic",
        "AWS::SecretsManager::Secret",
        "AWS::StepFunctions::StateMachine",
        "AWS::Serverless::StateMachine",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
    }
)
# Functions keep their logical id as name: findings are read by people who know the template.
_PLAIN = frozenset({"AWS::Lambda::Function", "AWS::Serverless::Function"})


def physical_name(logical: str, kind: str, properties: Mapping[str, Any], stack: str) -> str:
    """The declared name, or the kind of name that CloudFormation would make up."""
    named = _NAMED.get(kind, ("Name", ""))[0]
    declared = properties.get(named)
    if isinstance(declared, str) and declared:
        return declared
    if kind in _PLAIN:
        return logical
    suffix = hashlib.sha256(f"{stack}/{logical}".encode()).hexdigest()[:8]
    if kind == "AWS::S3::Bucket":
        return f"{stack}-{logical}-{suffix}".lower()
    ending = ".fifo" if properties.get("FifoQueue") or properties.get("FifoTopic") else ""
    return f"{stack}-{logical}-{suffix}{ending}"


def arn(kind: str, name: str) -> str:
    """The ARN; a made-up one for types that we do not know."""
    form = _NAMED.get(kind, ("", ""))[1] or "arn:aws:cloudformation:{r}:{a}:resource/{name}"
    if kind == "AWS::SSM::Parameter":
        name = name.lstrip("/")
    return form.format(r=REGION, a=ACCOUNT, name=name)


def queue_url(name: str) -> str:
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"


def stream_arn(table_arn: str) -> str:
    return f"{table_arn}/stream/2026-01-01T00:00:00.000"


def reference(kind: str, name: str, attribute: str | None) -> str:
    """What Ref (attribute None) or GetAtt of a resource gives."""
    if attribute is None:
        if kind == "AWS::SQS::Queue":
            return queue_url(name)
        return arn(kind, name) if kind in _REF_IS_ARN else name
    last = attribute.rsplit(".", 1)[-1]
    if last == "StreamArn":
        return stream_arn(arn(kind, name))
    if last in ("Arn", "TopicArn", "FunctionArn", "DBClusterArn", "TargetGroupArn"):
        return arn(kind, name)
    if last in ("QueueName", "TopicName", "TableName", "BucketName", "Name", "Id"):
        return name
    if last == "QueueUrl":
        return queue_url(name)
    if last.endswith("DomainName"):
        return f"{name}.example.amazonaws.com".lower()
    if last == "Value":
        return f"{name}-value"
    return f"{name}-{last}"
