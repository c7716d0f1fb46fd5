import ast
import operator
import re
import zlib

from adapters import direct, http, query, queue, stream

OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


def walked(node):
    if isinstance(node, ast.Expression):
        return walked(node.body)
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](walked(node.left), walked(node.right))
    raise ValueError("no arithmetic")


def calculator(value):
    try:
        return walked(ast.parse(str(value)[:200], mode="eval")) % 10**12
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None


def area(value):
    """`30x40` and the like: the product of the first two numbers of a text."""
    numbers = [int(word[:9]) for word in re.findall(r"\d+", str(value))[:2]]
    return numbers[0] * numbers[1] if len(numbers) == 2 else 0


def total(value):
    return sum(int(word[:12]) for word in re.findall(r"\d+", str(value))[:50])


def digits(value):
    return "".join(re.findall(r"\d", str(value)))[:30]


def offset(value):
    try:
        return (max(1, min(int(value), 1000)) - 1) * 20
    except (TypeError, ValueError, OverflowError):
        return 0


def share(value):
    try:
        return round(100 / max(1.0, min(float(value), 1e6)), 2)
    except (TypeError, ValueError, OverflowError):
        return 0


def checksum(value):
    return zlib.crc32(str(value).encode("utf-8", "replace"))


def words(value):
    return len(str(value).split())


def steps(value):
    try:
        bound = min(int(value), 500)
    except (TypeError, ValueError, OverflowError):
        bound = 1
    return sum(range(bound))


calculator_http, calculator_direct = http(calculator), direct(calculator)
calculator_query = query(calculator)
area_http, area_direct, area_query = http(area), direct(area), query(area)
total_http, total_queue, total_direct = http(total), queue(total), direct(total)
digits_http, digits_query = http(digits), query(digits)
offset_query, offset_http = query(offset), http(offset)
share_http, share_direct = http(share), direct(share)
checksum_http, checksum_stream = http(checksum), stream(checksum)
words_queue, words_http = queue(words), http(words)
steps_http, steps_direct = http(steps), direct(steps)
