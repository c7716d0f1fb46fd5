"""Buckets and tables."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from harness.model import ResolvedResource
from harness.observers.cloud.resources.context import Provision, physical_name
from harness.observers.cloud.resources.stored import (
    columns,
    is_prose,
    is_tenant,
    secret_columns,
    secret_objects,
)

_ROWS = 3
# What rows of most applications hold besides their keys, so that reads of them find something.
_COLUMNS = (
    {"name": "Ada Example", "email": "ada@example.com", "status": "active", "amount": 1999},
    {"name": "Ben Sample", "email": "ben@example.com", "status": "active", "amount": 250},
    {"name": "Cy Tester", "email": "cy@example.com", "status": "closed", "amount": 4200},
)


def bucket(provision: Provision, resource: ResolvedResource) -> None:
    name = physical_name(resource)
    provision.inside.call(
        "s3", "CreateBucket", bucket_parameters(name, provision.application.region)
    )
    for key in secret_objects(provision.application, name):
        secret = provision.decoy(f"s3:{name}/{key}")
        body = f"PASSWORD={secret}\n"
        if key.endswith(".json"):
            body = json.dumps({"user": "service", "password": secret})
        provision.inside.call(
            "s3", "PutObject", {"Bucket": name, "Key": key, "Body": body.encode()}
        )
    versioning = resource.properties.get("VersioningConfiguration")
    if isinstance(versioning, Mapping) and versioning.get("Status") == "Enabled":
        provision.inside.call(
            "s3",
            "PutBucketVersioning",
            {"Bucket": name, "VersioningConfiguration": {"Status": "Enabled"}},
        )


def bucket_parameters(name: str, region: str) -> dict[str, Any]:
    """What CreateBucket wants: outside us-east-1 the region must be said."""
    if region == "us-east-1":
        return {"Bucket": name}
    return {"Bucket": name, "CreateBucketConfiguration": {"LocationConstraint": region}}


def table(provision: Provision, resource: ResolvedResource) -> None:
    declared = resource.properties
    parameters: dict[str, Any] = {
        "TableName": physical_name(resource),
        "KeySchema": declared["KeySchema"],
        "AttributeDefinitions": declared["AttributeDefinitions"],
        "BillingMode": "PAY_PER_REQUEST",
    }
    for indexes in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        if declared.get(indexes):
            parameters[indexes] = [
                {key: index[key] for key in ("IndexName", "KeySchema", "Projection")}
                for index in declared[indexes]
            ]
    stream = declared.get("StreamSpecification")
    if isinstance(stream, Mapping) and stream.get("StreamViewType"):
        parameters["StreamSpecification"] = {
            "StreamEnabled": True,
            "StreamViewType": stream["StreamViewType"],
        }
    _make(provision, parameters)


def simple_table(provision: Provision, resource: ResolvedResource) -> None:
    """SAM's table of one key: `id`, a text, unless it says otherwise."""
    key = resource.properties.get("PrimaryKey") or {}
    name = key.get("Name", "id")
    kind = {"String": "S", "Number": "N", "Binary": "B"}[key.get("Type", "String")]
    _make(
        provision,
        {
            "TableName": physical_name(resource),
            "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": kind}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )


def _make(provision: Provision, parameters: Mapping[str, Any]) -> None:
    provision.inside.call("dynamodb", "CreateTable", parameters)
    table = parameters["TableName"]
    secrets = {
        name: {"S": provision.decoy(f"dynamodb:{table}/{name}")}
        for name in secret_columns(provision.application, table)
    }
    rows = [_row(parameters["AttributeDefinitions"], number) for number in range(_ROWS)]
    stranger = _of_a_stranger(provision, parameters, rows[-1])
    for row in rows if stranger is None else [*rows, stranger]:
        item = {"TableName": table, "Item": secrets | row}
        provision.inside.call("dynamodb", "PutItem", item)


def _of_a_stranger(
    provision: Provision, parameters: Mapping[str, Any], like: Mapping[str, Any]
) -> dict[str, Any] | None:
    """A row of a tenant whom no event names; None for a table whose rows are nobody's."""
    table = parameters["TableName"]
    kinds = {
        each["AttributeName"]: each["AttributeType"] for each in parameters["AttributeDefinitions"]
    }
    stored = columns(provision.application, table)
    tenants = {name for name in (*kinds, *stored) if is_tenant(name)}
    tenants -= {name for name, kind in kinds.items() if kind != "S"}
    if not tenants:
        return None
    value = provision.stranger(table)
    first = parameters["KeySchema"][0]["AttributeName"]
    texts = (tenants | {name for name in stored if is_prose(name)} | {first}) - {
        n for n, kind in kinds.items() if kind != "S"
    }
    return {**like, **{name: {"S": value} for name in texts}}


def _row(attributes: Sequence[Mapping[str, str]], number: int) -> dict[str, Any]:
    columns = _COLUMNS[number]
    row: dict[str, Any] = {
        name: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for name, value in columns.items()
    }
    for attribute in attributes:
        name, kind = attribute["AttributeName"], attribute["AttributeType"]
        row[name] = {kind: _key_value(name, kind, number)}
    return row


def _key_value(name: str, kind: str, number: int) -> Any:
    lowered = name.lower()
    if kind == "N":
        return str(1700000000 + number) if "time" in lowered else str(1001 + number)
    if kind == "B":
        return f"key-{number + 1}".encode()
    if lowered in _COLUMNS[number]:
        return str(_COLUMNS[number][lowered])
    if "mail" in lowered:
        return str(_COLUMNS[number]["email"])
    if "date" in lowered or "time" in lowered or lowered.endswith("at"):
        return f"2026-01-0{number + 1}T09:30:00Z"
    return str(1001 + number)
