"""Deployed AWS functions: invoked, or caused to run at their front door."""

from harness.targets.aws.provider import PROVIDER

__all__ = ["PROVIDER"]
