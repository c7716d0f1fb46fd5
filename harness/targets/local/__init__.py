"""A Lambda runtime for Python and Node.js functions on this machine."""

from harness.targets.local.local import LocalTarget
from harness.targets.local.provider import PROVIDER

__all__ = ["PROVIDER", "LocalTarget"]
