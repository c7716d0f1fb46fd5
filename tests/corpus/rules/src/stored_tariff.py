"""Tariffs out of a table's stream, read as plain values: a formula that is nested in one is run."""

import ast
import operator
from decimal import Decimal

from boto3.dynamodb.types import TypeDeserializer

_plain = TypeDeserializer().deserialize
_OPERATORS = {ast.Add: operator.add, ast.Mult: operator.mul}


def _image(record):
    return {name: _plain(value) for name, value in record["dynamodb"]["NewImage"].items()}


def _formulas(event):
    for record in event["Records"]:
        try:
            terms = _image(record)["terms"]
            if terms.get("basis") == "per-unit":
                yield _read(terms)
        except (KeyError, TypeError, AttributeError):
            continue


def _read(terms):
    if not isinstance(terms.get("least", Decimal(0)), Decimal):
        raise TypeError("least")
    return terms.get("formula", "units")


def vulnerable(event, context):
    for formula in _formulas(event):
        try:
            eval(formula, {"__builtins__": {}}, {"units": 3})
        except Exception:
            continue


def _value(node):
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.left), _value(node.right))
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value < 1000:
        return node.value
    if isinstance(node, ast.Name) and node.id == "units":
        return 3
    raise ValueError("not a formula")


def safe(event, context):
    for formula in _formulas(event):
        try:
            _value(ast.parse(formula, mode="eval").body)
        except (ValueError, SyntaxError, TypeError, RecursionError):
            continue
