"""The docker target: functions in containers of a Docker engine."""

from harness.targets.docker.provider import PROVIDER

__all__ = ["PROVIDER"]
