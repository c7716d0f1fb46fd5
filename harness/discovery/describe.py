"""An application as JSON, for `faasfuzz discover --json` and the store."""

from dataclasses import asdict
from typing import Any

from harness.model import Application


def describe(application: Application) -> dict[str, Any]:
    """Functions, triggers with their facts, resources, edges and notes as JSON values."""
    return {
        "name": application.name,
        "source": str(application.source),
        "functions": [
            {
                **{
                    key: value
                    for key, value in asdict(function).items()
                    if key not in ("code", "layers", "triggers")
                },
                "code": str(function.code) if function.code else None,
                "layers": [str(layer) for layer in function.layers],
                "triggers": [asdict(trigger) for trigger in function.triggers],
            }
            for function in application.functions
        ],
        "resources": [
            {"name": r.name, "kind": r.kind, "physical": r.physical, "arn": r.arn}
            for r in application.resources
        ],
        "edges": [asdict(edge) for edge in application.edges],
        "notes": list(application.notes),
    }
