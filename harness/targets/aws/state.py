"""Objects and rows that go with an event, in the account: put only where nothing is, and removed.

Only buckets and tables of the application itself are written to.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import BotoCoreError, ClientError

from harness.deployed.journal import Created, Journal
from harness.deployed.session import AwsSession
from harness.model import Application


class AwsState:
    """The account as a worker uses it.

    With `deferred` objects are not put but kept: putting them is what causes the event.
    """

    def __init__(
        self,
        session: AwsSession,
        journal: Journal,
        application: Application,
        *,
        deferred: bool = False,
    ) -> None:
        self._deferred = deferred
        self._contents: dict[tuple[str, str], bytes] = {}
        self._session = session
        self._journal = journal
        self._own = {
            (resource.kind.split("::")[1], resource.physical) for resource in application.resources
        }
        self._made: list[Created] = []

    def put(self, kind: str, at: Mapping[str, str], value: Mapping[str, Any]) -> None:
        """Make an object or a row, unless there is one or the place is not the application's."""
        if kind == "s3-object" and self._deferred:
            self._contents[at["bucket"], at["key"]] = _body(value)
        elif kind == "s3-object" and ("S3", at["bucket"]) in self._own:
            self._object(at["bucket"], at["key"], value)
        elif kind == "dynamodb-item" and ("DynamoDB", at["table"]) in self._own:
            self._item(at["table"], value)

    def restore(self) -> None:
        """Remove what was made since the last time."""
        self._contents.clear()
        while self._made:
            self._journal.remove(self._made.pop(), self._session)

    def content(self, bucket: str, key: str) -> bytes:
        """What a deferred object is to hold."""
        return self._contents.get((bucket, key), b"")

    def _object(self, bucket: str, key: str, value: Mapping[str, Any]) -> None:
        where = {"Bucket": bucket, "Key": key}
        metadata = {k: str(v) for k, v in dict(value.get("metadata") or {}).items()}
        client = self._session.client("s3")
        self._make(
            Created(service="s3", remove="delete_object", parameters=where),
            lambda: client.put_object(
                **where, Body=_body(value), Metadata=metadata, IfNoneMatch="*"
            ),
        )

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
        self._make(
            Created(
                service="dynamodb",
                remove="delete_item",
                parameters={"TableName": table, "Key": {name: item[name] for name in names}},
            ),
            lambda: client.put_item(
                TableName=table,
                Item=item,
                ConditionExpression="attribute_not_exists(#k)",
                ExpressionAttributeNames={"#k": names[0]},
            ),
        )

    def _make(self, created: Created, call: Callable[[], Any]) -> None:
        # What cannot be made is missing in the event's world, as it may be in the real one.
        with suppress(BotoCoreError, ClientError):
            if self._journal.make(created, self._session, call):
                self._made.append(created)


def _body(value: Mapping[str, Any]) -> bytes:
    body = value.get("body", "")
    return body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogatepass")


def _number(value: Any) -> Any:
    """DynamoDB knows no binary fractions."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, dict):
        return {key: _number(item) for key, item in value.items()}
    return [_number(item) for item in value] if isinstance(value, list) else value
