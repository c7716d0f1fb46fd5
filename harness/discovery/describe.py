"""An application as JSON, for `faasfuzz discover --json` and the store."""

from dataclasses import asdict
from typing import Any

from harness.deployed.address import shown
from harness.model import Application, Function


def describe(application: Application) -> dict[str, Any]:
    """Functions, triggers with their facts, resources, edges and notes as JSON values.

    Environments and facts are as declared: nothing is redacted.
    """
    return {
        "name": application.name,
        "source": shown(application.source),
        "region": application.region,
        "account": application.account,
        "functions": [_function(function) for function in application.functions],
        "resources": [
            {"name": r.name, "kind": r.kind, "physical": r.physical, "arn": r.arn}
            for r in application.resources
        ],
        "edges": [asdict(edge) for edge in application.edges],
        "notes": list(application.notes),
    }


def _function(function: Function) -> dict[str, Any]:
    return asdict(function) | {
        "code": str(function.code) if function.code else None,
        "layers": [str(layer) for layer in function.layers],
        "triggers": [asdict(trigger) for trigger in function.triggers],
        "policies": list(function.policies),
        "notes": list(function.notes),
    }
