import ast
import operator

OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def calculate(node):
    if isinstance(node, ast.Expression):
        return calculate(node.body)
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return node.value
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](calculate(node.left), calculate(node.right))
    raise ValueError("not arithmetic")


def vulnerable(event, context):
    weight = event["parcel"]["weight"]
    return {"price": eval(event["parcel"]["formula"], {"weight": float(weight)})}


def safe(event, context):
    try:
        weight = float(event["parcel"]["weight"])
        formula = event["parcel"]["formula"].replace("weight", str(weight))
        return {"price": calculate(ast.parse(formula, mode="eval"))}
    except (ValueError, SyntaxError, ZeroDivisionError, OverflowError, RecursionError, MemoryError):
        return {"price": None}
