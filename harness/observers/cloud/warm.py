"""Imported before processes with a local cloud are forked: what nearly every one of them needs.

Reading botocore's models of a service takes 20 to 130 ms, which each process would spend again.
"""

from moto.core.utils import get_service_model

from harness.observers.cloud.dispatch import routes
from harness.observers.cloud.faster import apply
from harness.observers.cloud.settings import without_settings

# Functions and their role are made for every application; the others are what most declare.
_COMMON = ("iam", "lambda", "s3", "sqs", "sns", "dynamodb")

apply()
with without_settings():
    for _service in _COMMON:
        get_service_model(_service)
        routes(_service)
