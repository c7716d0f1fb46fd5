"""Physical names of resources: what Ref and GetAtt give, as if the stack had been deployed.

Return values are those of each type's page in
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html
"""

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from harness.discovery.parameters import ACCOUNT, REGION, placeholder

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
    "AWS::Kinesis::StreamConsumer": (
        "ConsumerName",
        "arn:aws:kinesis:{r}:{a}:stream/stream/consumer/{name}:1775738096",
    ),
    "AWS::MSK::Cluster": ("ClusterName", "arn:aws:kafka:{r}:{a}:cluster/{name}/a1b2c3d4-1"),
    "AWS::MSK::ServerlessCluster": (
        "ClusterName",
        "arn:aws:kafka:{r}:{a}:cluster/{name}/a1b2-s1",
    ),
    "AWS::AmazonMQ::Broker": ("BrokerName", "arn:aws:mq:{r}:{a}:broker:{name}:b-a1b2c3d4"),
    "AWS::DocDB::DBCluster": ("DBClusterIdentifier", "arn:aws:rds:{r}:{a}:cluster:{name}"),
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
    "AWS::Lambda::LayerVersion": ("LayerName", "arn:aws:lambda:{r}:{a}:layer:{name}:1"),
    "AWS::Serverless::LayerVersion": ("LayerName", "arn:aws:lambda:{r}:{a}:layer:{name}:1"),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName", "arn:aws:iam::{a}:policy/{name}"),
    "AWS::KMS::Key": ("", "arn:aws:kms:{r}:{a}:key/{name}"),
    "AWS::Scheduler::Schedule": ("Name", "arn:aws:scheduler:{r}:{a}:schedule/default/{name}"),
    "AWS::ApiGateway::RestApi": ("", "arn:aws:apigateway:{r}::/restapis/{name}"),
    "AWS::Serverless::Api": ("", "arn:aws:apigateway:{r}::/restapis/{name}"),
    "AWS::ApiGatewayV2::Api": ("", "arn:aws:apigateway:{r}::/apis/{name}"),
    "AWS::Serverless::HttpApi": ("", "arn:aws:apigateway:{r}::/apis/{name}"),
    "AWS::RDS::DBCluster": ("DBClusterIdentifier", "arn:aws:rds:{r}:{a}:cluster:{name}"),
}
_REF_IS_ARN = frozenset(
    {
        "AWS::IAM::ManagedPolicy",
        "AWS::Kinesis::StreamConsumer",
        "AWS::MSK::Cluster",
        "AWS::MSK::ServerlessCluster",
        "AWS::Lambda::LayerVersion",
        "AWS::SNS::Topic",
        "AWS::SecretsManager::Secret",
        "AWS::Serverless::LayerVersion",
        "AWS::Serverless::StateMachine",
        "AWS::StepFunctions::StateMachine",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
    }
)
# What GetAtt calls the ARN.
_ARNS = ("Arn", "ConsumerARN", "DBClusterArn", "FunctionArn", "TargetGroupArn", "TopicArn")
# Functions keep their logical id as name: findings are read by people who know the template.
_PLAIN = frozenset({"AWS::Lambda::Function", "AWS::Serverless::Function"})
# APIs are known by an id of ten letters and digits, whatever their Name says.
_APIS = frozenset(
    {
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGatewayV2::Api",
        "AWS::Serverless::Api",
        "AWS::Serverless::HttpApi",
    }
)
_LONGEST = {"AWS::S3::Bucket": 63, "AWS::IAM::Role": 64, "AWS::SQS::Queue": 80}


def naming_properties(kind: str) -> tuple[str, ...]:
    """The properties which `physical_name` reads."""
    return (_NAMED.get(kind, ("Name", ""))[0], "FifoQueue", "FifoTopic")


def physical_name(logical: str, kind: str, properties: Mapping[str, Any], stack: str) -> str:
    """The declared name, or the kind of name that CloudFormation would make up.

    A made name is the same on every machine: its suffix is a digest of stack and logical id.
    """
    declared = properties.get(naming_properties(kind)[0])
    if isinstance(declared, str) and declared:
        return declared
    if kind in _PLAIN:
        return logical
    digest = hashlib.sha256(f"{stack}/{logical}".encode()).hexdigest()
    if kind in _APIS:
        return digest[:10]
    if kind == "AWS::KMS::Key":
        return str(uuid.UUID(digest[:32]))
    longest = _LONGEST.get(kind, 128)
    ending = ".fifo" if properties.get("FifoQueue") or properties.get("FifoTopic") else ""
    ending = f"-{digest[:8]}{ending}"
    made = f"{stack}-{logical}"[: longest - len(ending)] + ending
    return made.lower() if kind == "AWS::S3::Bucket" else made


def arn(kind: str, name: str) -> str:
    """The ARN; "" for types of which we do not know the form."""
    if kind == "AWS::SSM::Parameter":
        name = name.lstrip("/")
    return _NAMED.get(kind, ("", ""))[1].format(r=REGION, a=ACCOUNT, name=name)


def queue_url(name: str) -> str:
    """As SQS gives it; SDKs that are told an endpoint of their own send to that one."""
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"


def stream_arn(table_arn: str) -> str:
    """The stream of a table."""
    return f"{table_arn}/stream/2026-01-01T00:00:00.000"


def function_url(name: str) -> str:
    """The address of a function's URL: its id is 32 letters and digits."""
    made = hashlib.sha256(f"url/{name}".encode()).hexdigest()[:32]
    return f"https://{made}.lambda-url.{REGION}.on.aws/"


def reference(kind: str, name: str, attribute: str | None) -> str:
    """What Ref (attribute None) or GetAtt of a resource gives."""
    own = arn(kind, name) or f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:resource/{name}"
    if attribute is None:
        if kind == "AWS::SQS::Queue":
            return queue_url(name)
        return own if kind in _REF_IS_ARN else name
    if attribute.startswith("Outputs."):
        return placeholder(attribute.removeprefix("Outputs."))
    last = attribute.rsplit(".", 1)[-1]
    if kind in _PLAIN and last in ("Alias", "Version"):
        return f"{own}:{'live' if last == 'Alias' else '1'}"
    if last == "StreamArn":
        return stream_arn(own)
    if last in _ARNS:
        return own
    if last in ("QueueName", "TopicName", "TableName", "BucketName", "Name", "Id"):
        return name
    if last in ("QueueUrl", "FunctionUrl"):
        return queue_url(name) if last == "QueueUrl" else function_url(name)
    if last == "ApiEndpoint":
        return f"https://{name}.execute-api.{REGION}.amazonaws.com"
    if last.endswith("DomainName"):
        return f"{name}.s3.amazonaws.com" if "S3" in kind else f"{name}.example.com".lower()
    return f"{name}-{last}"
