"""Role policies: inline statements, SAM policy templates, managed names.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-template-list.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.discovery.intrinsics import ACCOUNT, REGION

# template -> (parameter, resource form, actions)
_SAM = {
    "DynamoDBCrudPolicy": ("TableName", "arn:aws:dynamodb:{r}:{a}:table/{v}", (
        "dynamodb:GetItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Scan",
        "dynamodb:Query", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem",
        "dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:ConditionCheckItem",
    )),
    "DynamoDBReadPolicy": ("TableName", "arn:aws:dynamodb:{r}:{a}:table/{v}", (
        "dynamodb:GetItem", "dynamodb:Scan", "dynamodb:Query", "dynamodb:BatchGetItem",
        "dynamodb:DescribeTable",
    )),
    "DynamoDBWritePolicy": ("TableName", "arn:aws:dynamodb:{r}:{a}:table/{v}", (
        "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem",
    )),
    "DynamoDBStreamReadPolicy": ("TableName", "arn:aws:dynamodb:{r}:{a}:table/{v}/stream/*", (
        "dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator",
    )),
    "S3ReadPolicy": ("BucketName", "arn:aws:s3:::{v}/*", (
        "s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation", "s3:GetObjectVersion",
        "s3:GetLifecycleConfiguration",
    )),
    "S3WritePolicy": ("BucketName", "arn:aws:s3:::{v}/*", (
        "s3:PutObject", "s3:PutObjectAcl", "s3:PutLifecycleConfiguration",
    )),
    "S3CrudPolicy": ("BucketName", "arn:aws:s3:::{v}/*", (
        "s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation", "s3:GetObjectVersion",
        "s3:PutObject", "s3:PutObjectAcl", "s3:GetLifecycleConfiguration",
        "s3:PutLifecycleConfiguration", "s3:DeleteObject",
    )),
    "SQSPollerPolicy": ("QueueName", "arn:aws:sqs:{r}:{a}:{v}", (
        "sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
    )),
    "SQSSendMessagePolicy": ("QueueName", "arn:aws:sqs:{r}:{a}:{v}", ("sqs:SendMessage*",)),
    "SNSPublishMessagePolicy": ("TopicName", "arn:aws:sns:{r}:{a}:{v}", ("sns:Publish",)),
    "SSMParameterReadPolicy": ("ParameterName", "arn:aws:ssm:{r}:{a}:parameter/{v}", (
        "ssm:GetParameters", "ssm:GetParameter", "ssm:GetParametersByPath",
    )),
    "AWSSecretsManagerGetSecretValuePolicy": ("SecretArn", "{v}", (
        "secretsmanager:GetSecretValue",
    )),
    "LambdaInvokePolicy": ("FunctionName", "arn:aws:lambda:{r}:{a}:function:{v}*", (
        "lambda:InvokeFunction",
    )),
    "EventBridgePutEventsPolicy": ("EventBusName", "arn:aws:events:{r}:{a}:event-bus/{v}", (
        "events:PutEvents",
    )),
    "StepFunctionsExecutionPolicy": (
        "StateMachineName", "arn:aws:states:{r}:{a}:stateMachine:{v}", ("states:StartExecution",),
    ),
    "KinesisStreamReadPolicy": ("StreamName", "arn:aws:kinesis:{r}:{a}:stream/{v}", (
        "kinesis:ListStreams", "kinesis:DescribeStream", "kinesis:GetRecords",
        "kinesis:GetShardIterator",
    )),
    "SESCrudPolicy": ("IdentityName", "arn:aws:ses:{r}:{a}:identity/{v}", (
        "ses:GetIdentityVerificationAttributes", "ses:SendEmail", "ses:SendRawEmail",
        "ses:VerifyEmailIdentity",
    )),
}  # fmt: skip


def statements(policies: Any) -> Iterator[Mapping[str, Any]]:
    """IAM statements of a SAM `Policies` value (resolved); what is only named is `{"Managed"}`."""
    for policy in policies if isinstance(policies, list) else [policies]:
        if isinstance(policy, str):
            yield {"Managed": policy.rsplit("/", 1)[-1]}
        elif isinstance(policy, dict) and "Statement" in policy:
            yield from document(policy)
        elif isinstance(policy, dict):
            for name, arguments in policy.items():
                yield _template(name, arguments)


def document(policy: Any) -> Iterator[Mapping[str, Any]]:
    """The statements of a policy document, actions and resources as lists."""
    found = policy.get("Statement", []) if isinstance(policy, dict) else []
    for statement in found if isinstance(found, list) else [found]:
        if isinstance(statement, dict):
            yield {
                "Effect": statement.get("Effect", "Allow"),
                "Action": _many(statement.get("Action", statement.get("NotAction", []))),
                "Resource": _many(statement.get("Resource", [])),
            }


def role_statements(role: Any) -> Iterator[Mapping[str, Any]]:
    """The statements of an AWS::IAM::Role's properties (resolved)."""
    for name in _many(role.get("ManagedPolicyArns", [])):
        yield {"Managed": str(name).rsplit("/", 1)[-1]}
    for policy in role.get("Policies", []) or []:
        if isinstance(policy, dict):
            yield from document(policy.get("PolicyDocument", {}))


def _template(name: str, arguments: Any) -> Mapping[str, Any]:
    known = _SAM.get(name)
    if known is None or not isinstance(arguments, dict):
        return {"Managed": name}
    parameter, form, actions = known
    value = str(arguments.get(parameter, "*"))
    resource = form.format(
        r=REGION, a=ACCOUNT, v=value.rsplit(":", 1)[-1] if form != "{v}" else value
    )
    return {"Effect": "Allow", "Action": list(actions), "Resource": [resource]}


def _many(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
