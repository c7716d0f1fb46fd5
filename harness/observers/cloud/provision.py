"""Makes what the application declares, as far as a local cloud can hold it."""

from collections.abc import Mapping

from botocore.exceptions import ParamValidationError

from harness.model import ResolvedResource
from harness.observers.cloud.inside import Refused
from harness.observers.cloud.resources import (
    delivery,
    keys,
    mail,
    messaging,
    others,
    parameters,
    storage,
)
from harness.observers.cloud.resources.context import Maker, Provision
from harness.observers.cloud.resources.functions import make_functions

MAKERS: Mapping[str, Maker] = {
    "AWS::S3::Bucket": storage.bucket,
    "AWS::DynamoDB::Table": storage.table,
    "AWS::DynamoDB::GlobalTable": storage.table,
    "AWS::Serverless::SimpleTable": storage.simple_table,
    "AWS::SQS::Queue": messaging.queue,
    "AWS::SNS::Topic": messaging.topic,
    "AWS::SNS::Subscription": messaging.subscription,
    "AWS::Events::EventBus": messaging.bus,
    "AWS::Kinesis::Stream": messaging.stream,
    "AWS::KinesisFirehose::DeliveryStream": delivery.delivery_stream,
    "AWS::KMS::Key": keys.key,
    "AWS::KMS::Alias": keys.alias,
    "AWS::Logs::LogGroup": others.log_group,
    "AWS::SES::ConfigurationSet": mail.configuration_set,
    "AWS::SES::EmailIdentity": mail.identity,
    "AWS::SES::Template": mail.template,
    "AWS::SSM::Parameter": parameters.parameter,
    "AWS::SecretsManager::Secret": parameters.secret,
    "AWS::Cognito::UserPool": others.user_pool,
    "AWS::StepFunctions::StateMachine": others.state_machine,
    "AWS::Serverless::StateMachine": others.state_machine,
}
# Subscriptions want their queue and their topic to be there, aliases their key, and a delivery
# stream makes its bucket when nobody did.
_LATER = {
    "AWS::SNS::Topic": 1,
    "AWS::KMS::Alias": 1,
    "AWS::KinesisFirehose::DeliveryStream": 1,
    "AWS::SNS::Subscription": 2,
}


def provision_all(provision: Provision) -> tuple[str, ...]:
    """Make all resources and functions; what could not be made is told, a line each."""
    skipped = list(make_functions(provision))
    resources = provision.application.resources
    for resource in sorted(resources, key=lambda r: _LATER.get(r.kind, 0)):
        reason = _make(provision, resource)
        if reason:
            skipped.append(f"{resource.name} ({resource.kind}): {reason}")
    return tuple(skipped)


def _make(provision: Provision, resource: ResolvedResource) -> str:
    maker = MAKERS.get(resource.kind)
    if maker is None:
        return "not simulated"
    try:
        maker(provision, resource)
    except Refused as error:
        return str(error)
    except (ParamValidationError, KeyError, TypeError, ValueError, AttributeError) as error:
        # Properties come from the user's template, with intrinsics that did not resolve in them.
        return f"its properties are not understood: {error!r}"
    return ""
