"""The local cloud: moto over the wire, one a process, recording every AWS call."""

from harness.observers.cloud.local import LocalCloud

__all__ = ["LocalCloud"]
