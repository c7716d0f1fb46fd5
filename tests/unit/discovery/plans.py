"""Terraform plans as `terraform show -json` prints them, for tests."""

import json
from typing import Any


def refers(*names: str) -> dict[str, Any]:
    return {"references": [*names, *(name.rsplit(".", 1)[0] for name in names)]}


def resource(
    address: str, expressions: dict[str, Any] | None = None, **values: Any
) -> dict[str, Any]:
    """A resource with its planned values, and the expressions of those that are not known."""
    bare, _, index = address.partition("[")
    type, name = bare.split(".")[-2:]
    return {
        "address": address,
        "mode": "managed",
        "type": type,
        "name": name,
        "values": values,
        "expressions": expressions or {},
        **({"index": json.loads(index.rstrip("]"))} if index else {}),
    }


def function(name: str = "worker", **more: Any) -> dict[str, Any]:
    values = {"function_name": f"shop-{name}", "runtime": "python3.12", "handler": "app.handler"}
    return resource(
        f"aws_lambda_function.{name}",
        more.pop("expressions", None),
        filename="src",
        **values,
        **more,
    )


class Plan:
    """A plan of resources of the root module, and of modules by their name."""

    def __init__(self, *resources: dict[str, Any], data: Any = (), **modules: Any) -> None:
        self.document: dict[str, Any] = {
            "format_version": "1.2",
            "terraform_version": "1.9.5",
            "variables": {"queue": {"value": "given"}},
            "planned_values": {"root_module": {"resources": list(resources)}},
            "resource_changes": [
                {"address": r["address"], "change": {"after_unknown": r.pop("unknown", {})}}
                for r in resources
            ],
            "prior_state": {"values": {"root_module": {"resources": list(data)}}},
            "configuration": {"root_module": {"resources": configured(resources)}},
        }
        for name, (given, inner, outputs) in modules.items():
            root = self.document["planned_values"]["root_module"]
            for one in inner:
                one["address"] = f"module.{name}.{one['address']}"
            root.setdefault("child_modules", []).append(
                {"address": f"module.{name}", "resources": inner}
            )
            calls = self.document["configuration"]["root_module"].setdefault("module_calls", {})
            module = {"resources": configured(inner), "outputs": outputs}
            calls[name] = {"expressions": given, "module": module}


def configured(resources: Any) -> list[dict[str, Any]]:
    return [{key: r[key] for key in ("type", "name", "expressions")} for r in resources]
