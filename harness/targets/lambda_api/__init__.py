"""The Lambda Invoke API, spoken to whoever speaks it; no way of invoking by itself.

The service, `sam local start-lambda`, the Runtime Interface Emulator and `faasfuzz serve` do.
"""

from harness.targets.lambda_api.client import LambdaApi, lambda_client
from harness.targets.lambda_api.logs import Platform, read_logs
from harness.targets.lambda_api.outcomes import failure

__all__ = ["LambdaApi", "Platform", "failure", "lambda_client", "read_logs"]
