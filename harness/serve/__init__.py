"""`faasfuzz serve`: an application's functions behind the Lambda Invoke API, and behind HTTP."""

from harness.serve.api import LambdaService
from harness.serve.front import HttpFront, Route, routes
from harness.serve.runtimes import Throttled, Warm

__all__ = ["HttpFront", "LambdaService", "Route", "Throttled", "Warm", "routes"]
