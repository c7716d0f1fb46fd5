"""`faasfuzz serve`: an application's functions behind an endpoint of the Lambda Invoke API."""

from harness.serve.api import LambdaService
from harness.serve.runtimes import Throttled, Warm

__all__ = ["LambdaService", "Throttled", "Warm"]
