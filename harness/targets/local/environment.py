"""The environment variables of a Lambda runtime, and nothing of the harness's own."""

import secrets
import time
from collections.abc import Mapping
from pathlib import Path

from harness.model import Function
from harness.targets.local.hosts import host_environment, host_of
from harness.targets.local.isolation import mount_namespace

REGION = "us-east-1"
ACCOUNT = "123456789012"


def function_arn(function: Function, region: str) -> str:
    """The ARN the function is invoked by."""
    return f"arn:aws:lambda:{region}:{ACCOUNT}:function:{function.name}"


def lambda_environment(
    function: Function, *, code: Path, scratch: Path, extra: Mapping[str, str]
) -> dict[str, str]:
    """What the runtime's process starts with.

    Names from https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html ("Defined
    runtime environment variables"); `extra` (endpoints, credentials) wins over the function's own.
    The log stream's name is unique to this process and serves to find what it leaves behind.
    """
    host = host_of(function)
    if host is not None:
        return {
            **_common(scratch),
            "LAMBDA_TASK_ROOT": str(code),
            "_HANDLER": host.handler,
            **host_environment(function, code),
            **function.environment,
            **extra,
        }
    region = extra.get("AWS_REGION") or extra.get("AWS_DEFAULT_REGION") or REGION
    return {
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_REGION": region,
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "LAMBDA_TASK_ROOT": str(code),
        **_common(scratch),
        "_HANDLER": function.handler,
        **function.environment,
        **extra,
    }


def _common(scratch: Path) -> dict[str, str]:
    """What the processes of every platform have; the log stream's name tells them apart."""
    today = time.strftime("%Y/%m/%d", time.gmtime())
    return {
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{today}/[$LATEST]{secrets.token_hex(16)}",
        "LANG": "en_US.UTF-8",
        # A name that nobody resolves must not cost the resolver's full patience.
        "RES_OPTIONS": "timeout:1 attempts:1",
        "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
        **({} if mount_namespace() else {"TMPDIR": str(scratch)}),
        "TZ": ":UTC",
    }
