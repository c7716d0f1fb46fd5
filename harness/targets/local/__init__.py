"""A Lambda runtime for Python and Node.js functions on this machine."""

from harness.targets.local.local import LocalTarget

__all__ = ["LocalTarget"]
