"""The SAM target: functions run by `sam local start-lambda`."""

from harness.targets.sam.provider import PROVIDER

__all__ = ["PROVIDER"]
