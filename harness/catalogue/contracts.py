"""Response contracts: `harness/contracts/<name>.yaml`, what a service accepts as an answer."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from pydantic import Field

from harness.catalogue.loading import Strict, documents, validated
from harness.catalogue.paths import contracts_folder
from harness.errors import UsageError


class _Contract(Strict):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    source: str = Field(pattern=r"^https://")
    accepts: dict[str, Any]


def json_schema(value: dict[str, Any]) -> dict[str, Any]:
    """The value itself. Raises ValueError when it is no JSON Schema (draft 2020-12)."""
    try:
        Draft202012Validator.check_schema(value)
    except SchemaError as error:
        place = "/".join(str(step) for step in error.absolute_path)
        raise ValueError(f"not a JSON Schema: {place}: {error.message}") from error
    return value


def contract(name: str) -> Mapping[str, Any]:
    """The JSON Schema of the answers that a contract accepts. Raises KeyError."""
    return _contracts()[name]


def contract_names() -> tuple[str, ...]:
    """The known contracts, sorted."""
    return tuple(sorted(_contracts()))


@cache
def _contracts() -> Mapping[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for document in documents([contracts_folder()]):
        read = validated(_Contract, document)
        try:
            found[read.id] = json_schema(read.accepts)
        except ValueError as error:
            raise UsageError(
                str(error), path=document.path, line=document.line(("accepts",))
            ) from error
    return found
