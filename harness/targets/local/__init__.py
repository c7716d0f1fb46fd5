"""A Lambda runtime for Python functions on this machine."""

from harness.targets.local.local import LocalTarget

__all__ = ["LocalTarget"]
