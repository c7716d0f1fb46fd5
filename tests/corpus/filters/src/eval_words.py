import ast
import re

FORBIDDEN = re.compile(r"__|import|lambda|open|exec|eval|getattr|globals|locals")


def vulnerable(event, context):
    formula = str(event["formula"])
    if FORBIDDEN.search(formula) or len(formula) > 80:
        return None
    try:
        return str(eval(formula, {"__builtins__": {}}, {"x": 3}))
    except Exception:
        return None


def safe(event, context):
    try:
        return str(ast.literal_eval(str(event["formula"])))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
