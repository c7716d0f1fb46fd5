"""Oracles: one module a witness family. A new one is a module and a line in `all_oracles`."""

from harness.oracles.base import Oracle, OracleContext
from harness.oracles.callback import CallbackOracle
from harness.oracles.code import CodeOracle, TemplateOracle
from harness.oracles.computed import ComputedOracle
from harness.oracles.deserialization import DeserializationOracle
from harness.oracles.endings import CrashOracle, TimeoutOracle
from harness.oracles.errors import VerboseErrorOracle
from harness.oracles.exceptions import ExceptionOracle
from harness.oracles.network import NetworkOracle
from harness.oracles.paths import PathOracle
from harness.oracles.processes import ProcessOracle
from harness.oracles.secrets import SecretOracle
from harness.oracles.sql import SqlOracle

__all__ = ["Oracle", "OracleContext", "all_oracles"]


def all_oracles(context: OracleContext) -> tuple[Oracle, ...]:
    """Every oracle, for one function."""
    return (
        ComputedOracle(),
        CallbackOracle(),
        PathOracle(context),
        ProcessOracle(),
        CodeOracle(),
        TemplateOracle(),
        SqlOracle(),
        NetworkOracle(context),
        DeserializationOracle(),
        VerboseErrorOracle(context),
        ExceptionOracle(context),
        TimeoutOracle(),
        CrashOracle(),
        SecretOracle(context),
    )
