"""The rows that a call left in tables with a stream: what the stream's records will show."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ParamValidationError

from harness.model import Application
from harness.observers.cloud.inside import Inside, Refused
from harness.observers.cloud.request import Request

Row = Mapping[str, Any]
# PutItem says all of it itself.
_OPERATIONS = frozenset({"UpdateItem", "BatchWriteItem", "TransactWriteItems"})


class Images:
    """Rows as `{"Table", "Item", "Event"}` after the calls that write several or change a part.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
    """

    def __init__(self, application: Application, inside: Inside) -> None:
        self._inside = inside
        self._streamed = frozenset(
            resource.physical
            for resource in application.resources
            if resource.kind == "AWS::DynamoDB::Table"
            and "StreamSpecification" in resource.properties
        )

    def after(self, service: str, request: Request, status: int) -> tuple[Row, ...]:
        """The rows which a request, answered with that HTTP status, left in streamed tables."""
        if service != "dynamodb" or status >= 400 or not self._streamed:
            return ()
        operation = request.header("x-amz-target").rpartition(".")[2]
        if operation not in _OPERATIONS:
            return ()
        try:
            return tuple(self._rows(operation, json.loads(request.body)))
        except (ValueError, KeyError, TypeError, AttributeError, Refused, ParamValidationError):
            return ()  # the request was odd; what it wrote is not followed

    def _rows(self, operation: str, body: Mapping[str, Any]) -> Iterator[Row]:
        if operation == "BatchWriteItem":
            for table, requests in body["RequestItems"].items():
                for each in requests:
                    if "PutRequest" in each:
                        yield from self._put(table, each["PutRequest"]["Item"])
            return
        changes = body["TransactItems"] if operation == "TransactWriteItems" else [{"Update": body}]
        for change in changes:
            if "Put" in change:
                yield from self._put(change["Put"]["TableName"], change["Put"]["Item"])
            elif "Update" in change:
                yield from self._updated(change["Update"]["TableName"], change["Update"]["Key"])

    def _put(self, table: str, item: Mapping[str, Any]) -> Iterator[Row]:
        name = table.rpartition("/")[2]  # a name or an ARN
        if name in self._streamed:
            yield {"Table": name, "Item": item, "Event": "INSERT"}

    def _updated(self, table: str, key: Mapping[str, Any]) -> Iterator[Row]:
        name = table.rpartition("/")[2]
        if name in self._streamed:
            found = self._inside.call("dynamodb", "GetItem", {"TableName": name, "Key": key})
            yield {"Table": name, "Item": found.get("Item", key), "Event": "MODIFY"}
