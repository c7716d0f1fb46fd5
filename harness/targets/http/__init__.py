"""Functions behind API Gateway, a function URL, a load balancer or VPC Lattice, called by HTTP."""

from harness.targets.http.provider import PROVIDER

__all__ = ["PROVIDER"]
