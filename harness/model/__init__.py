"""The words of the project: frozen, typed, no I/O. Every other layer speaks in these."""

from harness.model.application import (
    Application,
    Edge,
    Function,
    ResolvedResource,
    Trigger,
)
from harness.model.campaign import CampaignReport, FunctionSummary, RuleTally
from harness.model.event import (
    Address,
    AttackerControl,
    BatchShape,
    Binding,
    EventTemplate,
    InsertionPoint,
    OpenContainer,
    ResponseContract,
    StateItem,
)
from harness.model.finding import Confidence, Finding, Rule, Severity, Sink, Witness, fingerprint
from harness.model.observation import (
    AwsCall,
    Callback,
    FieldRead,
    FunctionError,
    Observation,
    Outcome,
    SinkCall,
    Status,
)
from harness.model.payload import Canary, ExpectedWitness, Payload, fill
from harness.model.trial import Case, Invocation, Trial, Verdict

__all__ = [
    "Address",
    "Application",
    "AttackerControl",
    "AwsCall",
    "BatchShape",
    "Binding",
    "Callback",
    "CampaignReport",
    "Canary",
    "Case",
    "Confidence",
    "Edge",
    "EventTemplate",
    "ExpectedWitness",
    "FieldRead",
    "Finding",
    "Function",
    "FunctionError",
    "FunctionSummary",
    "InsertionPoint",
    "Invocation",
    "Observation",
    "OpenContainer",
    "Outcome",
    "Payload",
    "ResolvedResource",
    "ResponseContract",
    "Rule",
    "RuleTally",
    "Severity",
    "Sink",
    "SinkCall",
    "StateItem",
    "Status",
    "Trial",
    "Trigger",
    "Verdict",
    "Witness",
    "fill",
    "fingerprint",
]
