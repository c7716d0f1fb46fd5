"""moto's tables without the work that grows with their rows.

An update changes a row where it stands, so whoever keeps a table's state must copy every row: moto
does for each transaction, and putting a table back would. Here an update works on a copy of its
own; a row that is stored never changes, and tables share it.
"""

import copy
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

_update_item = DynamoDBBackend.update_item


def apply() -> None:
    """Doing it twice does no harm."""
    backend: Any = DynamoDBBackend
    backend.update_item = _update_a_copy
    table: Any = Table
    table.__deepcopy__ = _copy_table


def copied(rows: "defaultdict[Any, Any]") -> "defaultdict[Any, Any]":
    """A table's rows in containers of their own; the rows are shared."""
    made = rows.copy()
    for key, row in rows.items():
        if isinstance(row, dict):  # by range key
            made[key] = row.copy()
    return made


def _update_a_copy(
    self: Any, table_name: str, key: Mapping[str, Any], *rest: Any, **named: Any
) -> Any:
    table = self.tables.get(table_name.rpartition("/")[2])  # moto takes a name or an ARN
    if table is not None and table.hash_key_attr in key:
        _own(table, key)
    return _update_item(self, table_name, key, *rest, **named)  # type: ignore[arg-type]


def _own(table: Any, key: Mapping[str, Any]) -> None:
    at: Any = DynamoType(key[table.hash_key_attr])
    within = table.items
    if table.range_key_attr in key:
        within, at = within.get(at, {}), DynamoType(key[table.range_key_attr])
    row = within.get(at)
    if row is not None and not isinstance(row, dict):
        within[at] = copy.deepcopy(row)


def _copy_table(table: Any, memo: dict[int, Any]) -> Any:
    kind: Any = type(table)
    made = memo[id(table)] = kind.__new__(kind)
    memo[id(table.items)] = copied(table.items)
    made.__dict__ = {name: copy.deepcopy(value, memo) for name, value in vars(table).items()}
    return made
