"""Objects and rows that go with an event, in the account: put only where nothing is, and removed.

Only buckets and tables of the application itself are written to.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import BotoCoreError, ClientError

from harness.deployed.journal import Created, Journal
from harness.deployed.session import AwsSession
from harness.model import Application


class AwsState:
    """The account as a worker uses it; `left` are things that could not be removed."""

    def __init__(self, session: AwsSession, journal: Journal, application: Application) -> None:
        self._session = session
        self._journal = journal
        self._own = {
            (resource.kind.split("::")[1], resource.physical) for resource in application.resources
        }
        self._made: list[Created] = []
        self.left: list[str] = []

    def put(self, kind: str, at: Mapping[str, str], value: Mapping[str, Any]) -> None:
        """Make an object or a row, unless there is one or the place is not the application's."""
        if kind == "s3-object" and ("S3", at["bucket"]) in self._own:
            self._object(at["bucket"], at["key"], value)
        elif kind == "dynamodb-item" and ("DynamoDB", at["table"]) in self._own:
            self._item(at["table"], value)

    def restore(self) -> None:
        """Remove what was made since the last time."""
        while self._made:
            trouble = self._journal.remove(self._made.pop(), self._session)
            if trouble:
                self.left.append(trouble)

    def _object(self, bucket: str, key: str, value: Mapping[str, Any]) -> None:
        body = value.get("body", "")
        where = {"Bucket": bucket, "Key": key}
        created = Created(service="s3", remove="delete_object", parameters=where)
        self._journal.creating(created)
        try:
            self._session.client("s3").put_object(
                **where,
                Body=body if isinstance(body, bytes) else str(body).encode(),
                Metadata={k: str(v) for k, v in dict(value.get("metadata") or {}).items()},
                IfNoneMatch="*",
            )
        except (BotoCoreError, ClientError):
            self._journal.gone(created)
            return
        self._made.append(created)

    def _item(self, table: str, value: Mapping[str, Any]) -> None:
        client = self._session.client("dynamodb")
        try:
            schema = client.describe_table(TableName=table)["Table"]["KeySchema"]
        except (BotoCoreError, ClientError):
            return
        item = {name: TypeSerializer().serialize(_number(v)) for name, v in value.items()}
        names = [key["AttributeName"] for key in schema]
        if not set(names) <= item.keys():
            return
        created = Created(
            service="dynamodb",
            remove="delete_item",
            parameters={"TableName": table, "Key": {name: item[name] for name in names}},
        )
        self._journal.creating(created)
        try:
            client.put_item(
                TableName=table,
                Item=item,
                ConditionExpression="attribute_not_exists(#k)",
                ExpressionAttributeNames={"#k": names[0]},
            )
        except (BotoCoreError, ClientError):
            self._journal.gone(created)
            return
        self._made.append(created)


def _number(value: Any) -> Any:
    """DynamoDB knows no binary fractions."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, dict):
        return {key: _number(item) for key, item in value.items()}
    return [_number(item) for item in value] if isinstance(value, list) else value
