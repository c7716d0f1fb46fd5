"""moto's tables without the work that grows with their rows.

An update changes a row where it stands, so whoever keeps a table's state must copy every row: moto
does for each transaction, and putting a table back would. Here an update works on a copy of its
own; a row that is stored never changes, and tables share it.

An update's expression is parsed twice for each call, though functions send the same few.
"""

import copy
from collections import defaultdict
from collections.abc import Hashable, Mapping
from functools import cache, lru_cache
from typing import Any, cast

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing import ast_nodes, expressions

_NODES: Any = ast_nodes  # moto leaves these two without types
_EXPRESSIONS: Any = expressions
_parse_update = _EXPRESSIONS.UpdateExpressionParser.make
_update_item = DynamoDBBackend.update_item


def apply() -> None:
    """Doing it twice does no harm."""
    backend: Any = DynamoDBBackend
    backend.update_item = _update_a_copy
    table: Any = Table
    table.__deepcopy__ = _copy
    _NODES.Node.__deepcopy__ = _copy
    _NODES.DepthFirstTraverser.nodes_to_be_processed = _kinds_for
    _EXPRESSIONS.UpdateExpressionParser.make = _parsed


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


@lru_cache(maxsize=256)
def _parsed(expression: str) -> Any:
    """The tree of an expression: whoever changes one copies it first (`Validator.__init__`)."""
    return _parse_update(expression)


def _kinds_for(traverser: object) -> tuple[type, ...]:
    return _kinds(cast(Hashable, type(traverser)))


@cache
def _kinds(traverser: Hashable) -> tuple[type, ...]:
    """The kinds of nodes that a traverser is for. They follow from its class alone."""
    kind: Any = traverser
    bare = kind.__new__(kind)
    return tuple(bare._processing_map())


def _copy(whole: Any, memo: dict[int, Any]) -> Any:
    """A table, which shares its rows, or a node of an expression."""
    kind: Any = type(whole)
    made = memo[id(whole)] = kind.__new__(kind)
    if isinstance(whole, Table):
        memo[id(whole.items)] = copied(whole.items)
    made.__dict__ = {name: copy.deepcopy(value, memo) for name, value in vars(whole).items()}
    return made
