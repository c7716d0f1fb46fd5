"""The context object that a handler is given, as awslambdaric makes it."""

import json
import os
import sys
import time


class CognitoIdentity(object):
    __slots__ = ["cognito_identity_id", "cognito_identity_pool_id"]

    def __init__(self):
        self.cognito_identity_id = None
        self.cognito_identity_pool_id = None

    def __repr__(self):
        return "CognitoIdentity([cognito_identity_id=%s,cognito_identity_pool_id=%s])" % (
            self.cognito_identity_id,
            self.cognito_identity_pool_id,
        )


class Client(object):
    __slots__ = [
        "installation_id",
        "app_title",
        "app_version_name",
        "app_version_code",
        "app_package_name",
    ]

    def __init__(self, told):
        for name in self.__slots__:
            setattr(self, name, told.get(name))


class ClientContext(object):
    __slots__ = ["custom", "env", "client"]

    def __init__(self, told):
        self.custom = told.get("custom")
        self.env = told.get("env")
        self.client = None if told.get("client") is None else Client(told["client"])


class LambdaContext(object):
    """https://docs.aws.amazon.com/lambda/latest/dg/python-context.html"""

    def __init__(self, invoke_id, deadline, arn, client=b""):
        get = os.environ.get
        self.aws_request_id = invoke_id
        self.log_group_name = get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.function_name = get("AWS_LAMBDA_FUNCTION_NAME")
        self.memory_limit_in_mb = get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.function_version = get("AWS_LAMBDA_FUNCTION_VERSION")
        self.invoked_function_arn = arn
        self.tenant_id = None
        self.client_context = ClientContext(json.loads(client)) if client else None
        self.identity = CognitoIdentity()
        self._epoch_deadline_time_in_ms = deadline

    def get_remaining_time_in_millis(self):
        left = self._epoch_deadline_time_in_ms - int(time.time() * 1000)
        return left if left > 0 else 0

    def w3c(self):
        return {}

    def log(self, msg):
        sys.stdout.write(str(msg))

    def __repr__(self):
        fields = [name for name in vars(self) if not name.startswith("_")]
        told = ",".join("%s=%s" % (name, getattr(self, name)) for name in fields)
        return "LambdaContext([%s])" % told
