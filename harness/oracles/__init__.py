"""Oracles: one module a witness family. A new one is a module and a line in `all_oracles`."""

from harness.oracles.answers import AnswerOracle
from harness.oracles.base import Oracle, OracleContext
from harness.oracles.batches import PoisonOracle
from harness.oracles.callback import CallbackOracle
from harness.oracles.code import CodeOracle, TemplateOracle
from harness.oracles.computed import ComputedOracle
from harness.oracles.contract import ContractOracle
from harness.oracles.deserialization import DeserializationOracle
from harness.oracles.endings import CrashOracle, TimeoutOracle
from harness.oracles.errors import VerboseErrorOracle
from harness.oracles.exceptions import ExceptionOracle
from harness.oracles.fields import FieldOracle
from harness.oracles.flows import FlowOracle
from harness.oracles.identity import IdentityOracle, SilenceOracle
from harness.oracles.logs import LogOracle
from harness.oracles.loops import LoopOracle
from harness.oracles.markup import MarkupOracle
from harness.oracles.messages import MessageOracle
from harness.oracles.network import NetworkOracle
from harness.oracles.paths import PathOracle
from harness.oracles.processes import ProcessOracle
from harness.oracles.prompts import PromptOracle
from harness.oracles.prototypes import PrototypeOracle
from harness.oracles.queries import QueryOracle
from harness.oracles.resources import BacktrackOracle, WalletOracle
from harness.oracles.secrets import SecretOracle
from harness.oracles.sql import SqlOracle
from harness.oracles.state import StateOracle
from harness.oracles.timing import TimingOracle

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
        QueryOracle(),
        PromptOracle(context),
        PrototypeOracle(),
        MarkupOracle(),
        AnswerOracle(),
        MessageOracle(),
        LogOracle(),
        LoopOracle(),
        FlowOracle(),
        FieldOracle(),
        StateOracle(),
        NetworkOracle(context),
        DeserializationOracle(),
        VerboseErrorOracle(context),
        ExceptionOracle(context),
        TimeoutOracle(),
        CrashOracle(),
        SecretOracle(context),
        IdentityOracle(),
        SilenceOracle(),
        ContractOracle(),
        PoisonOracle(),
        TimingOracle(),
        BacktrackOracle(),
        WalletOracle(),
    )
