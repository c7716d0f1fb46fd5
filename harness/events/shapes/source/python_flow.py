"""Python's routines, lowered to flow."""

import ast
from collections.abc import Iterator

from harness.events.shapes.source.flow import (
    RETURNED,
    Bind,
    Call,
    Decoded,
    Either,
    Element,
    Event,
    Expression,
    Field,
    Many,
    Module,
    Name,
    Routine,
    Unknown,
)
from harness.events.shapes.source.python import tree_of

# (module, function) -> codec of its first argument; a function imported by name has module "".
_DECODERS = {
    "json.loads": "json",
    "orjson.loads": "json",
    "ujson.loads": "json",
    "simplejson.loads": "json",
    "base64.b64decode": "base64",
    "b64decode": "base64",
    "base64.standard_b64decode": "base64",
    "base64.urlsafe_b64decode": "base64url",
    "urlsafe_b64decode": "base64url",
    "unquote_plus": "url",
    "unquote": "percent",
    "parse_qs": "form",
    "parse_qsl": "form",
    "gzip.decompress": "gzip",
    "zlib.decompress": "zlib",
    "binascii.unhexlify": "hex",
    "bytes.fromhex": "hex",
}
# These give what they are called on, or with, in another form of the same content.
_SAME_METHODS = frozenset(
    {"strip", "lstrip", "rstrip", "lower", "upper", "decode", "encode", "copy", "replace", "title"}
)
_SAME_FUNCTIONS = frozenset(
    {"str", "dict", "list", "tuple", "sorted", "reversed", "iter", "bytes", "deepcopy", "set"}
)
_LOOKUPS = frozenset({"get", "pop", "setdefault", "getlist"})
# https://docs.aws.amazon.com/powertools/python/latest/core/event_handler/api_gateway/
_ROUTES = frozenset({"get", "post", "put", "patch", "delete", "head", "route", "resolver"})


def module_of(text: bytes, ending: str) -> Module:  # noqa: ARG001 - as each language's
    """The routines of a file: functions and methods, wherever they are defined."""
    module = Module()
    tree = tree_of(text)
    if tree is None:
        return module
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            module.routines[node.name] = _Lowering(tree).routine(node)
            if any(_is_route(decorator) for decorator in node.decorator_list):
                module.entries.append(node.name)
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call | ast.Name):
            called = [n.id for n in ast.walk(statement.value) if isinstance(n, ast.Name)]
            known = next((name for name in called if name in module.routines), None)
            for target in statement.targets:
                if known and isinstance(target, ast.Name):
                    module.aliases[target.id] = known
    return module


def _is_route(decorator: ast.expr) -> bool:
    function = decorator.func if isinstance(decorator, ast.Call) else None
    return isinstance(function, ast.Attribute) and function.attr in _ROUTES


class _Lowering:
    """One routine; what is nested in it shares its names, as closures do."""

    def __init__(self, tree: ast.Module) -> None:
        self._texts = dict(_texts(tree))
        self._body: list[Bind] = []

    def routine(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Routine:
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        names = [a.arg for a in arguments if a.arg not in ("self", "cls")]
        # The parameters of a framework's route are of its path, and no event.
        if any(_is_route(decorator) for decorator in node.decorator_list):
            names = ["", *names]
        self._statements(node.body)
        return Routine(node.name, names, self._body)

    def _statements(self, statements: list[ast.stmt]) -> None:
        for statement in statements:
            self._statement(statement)

    def _statement(self, node: ast.AST) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    self._bind(target, self._expression(value))
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                self._bind(target, self._expression(value))
            case ast.Return(value=ast.expr() as value):
                self._body.append(Bind(RETURNED, self._expression(value)))
            case ast.For() | ast.AsyncFor():
                self._loop(node.target, node.iter)
                self._statements([*node.body, *node.orelse])
            case ast.With() | ast.AsyncWith():
                for item in node.items:
                    entered = self._expression(item.context_expr)
                    self._bind(item.optional_vars or ast.Constant(None), entered)
                self._statements(node.body)
            case ast.Match(subject=subject, cases=cases):
                matched = self._expression(subject)
                for case in cases:
                    self._pattern(case.pattern, matched)
                    self._statements(case.body)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                inner = [s for s in node.body if not isinstance(s, ast.Return)]
                self._statements(inner)
            case ast.expr():
                self._body.append(Bind("", self._expression(node)))
            case _:
                for child in ast.iter_child_nodes(node):
                    self._statement(child)

    def _bind(self, target: ast.expr, value: Expression) -> None:
        if isinstance(target, ast.Name):
            self._body.append(Bind(target.id, value))
        else:
            self._body.append(Bind("", value))

    def _loop(self, target: ast.expr, iterated: ast.expr) -> None:
        match iterated, target:
            case (
                ast.Call(func=ast.Name(id="enumerate"), args=[listed, *_]),
                ast.Tuple(elts=[_, inner]),
            ):
                self._bind(inner, Element(self._expression(listed)))
            case ast.Call(func=ast.Attribute(attr="items" | "values" | "keys", value=base)), _:
                self._body.append(Bind("", self._expression(base)))
            case _:
                self._bind(target, Element(self._expression(iterated)))

    def _pattern(self, pattern: ast.pattern, value: Expression) -> None:
        """`case {"detail": {"id": order}}` takes a mapping apart."""
        match pattern:
            case ast.MatchMapping(keys=keys, patterns=patterns):
                for key, inner in zip(keys, patterns, strict=True):
                    text = self._text(key)
                    if text is not None:
                        read = Field(value, text)
                        self._body.append(Bind("", read))
                        self._pattern(inner, read)
            case ast.MatchAs(pattern=inner_pattern, name=name):
                if name is not None:
                    self._body.append(Bind(name, value))
                if inner_pattern is not None:
                    self._pattern(inner_pattern, value)
            case ast.MatchOr(patterns=patterns):
                for one in patterns:
                    self._pattern(one, value)
            case _:
                return

    def _expression(self, node: ast.expr) -> Expression:
        match node:
            case ast.Name(id=name):
                return Name(name)
            case ast.Subscript(value=base, slice=index):
                return self._subscript(self._expression(base), index)
            case ast.Attribute(value=base, attr=attribute):
                return self._attribute(base, attribute)
            case ast.Call():
                return self._call(node)
            case ast.BoolOp(values=values):
                return Either(tuple(self._expression(value) for value in values))
            case ast.IfExp(test=test, body=yes, orelse=no):
                self._body.append(Bind("", self._expression(test)))
                return Either((self._expression(yes), self._expression(no)))
            case ast.NamedExpr(target=target, value=value):
                bound = self._expression(value)
                self._bind(target, bound)
                return bound
            case ast.Await(value=value) | ast.Starred(value=value):
                return self._expression(value)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                for part in node.generators:
                    self._loop(part.target, part.iter)
                    self._statements([ast.Expr(test) for test in part.ifs])
                if isinstance(node, ast.DictComp):
                    return Unknown((self._expression(node.key), self._expression(node.value)))
                return Many(self._expression(node.elt))
            case _:
                return Unknown(tuple(self._parts(node)))

    def _parts(self, node: ast.AST) -> Iterator[Expression]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield self._expression(child)
            else:
                yield from self._parts(child)

    def _subscript(self, base: Expression, index: ast.expr) -> Expression:
        text = self._text(index)
        if text is not None:
            return Field(base, text)
        if isinstance(index, ast.Constant | ast.UnaryOp):
            return Element(base)
        if isinstance(index, ast.Slice):
            return base
        return Unknown((base, self._expression(index)))

    def _attribute(self, base: ast.expr, attribute: str) -> Expression:
        """Powertools hands out the event of the request, and its body decoded."""
        if attribute == "current_event":
            return Event()
        value = self._expression(base)
        if attribute == "json_body":
            return Decoded(Field(value, "body"), "json")
        return Unknown((value,))

    def _call(self, node: ast.Call) -> Expression:
        arguments = [("", self._expression(a)) for a in node.args]
        arguments += [(k.arg or "", self._expression(k.value)) for k in node.keywords]
        first = arguments[0][1] if arguments else Unknown()
        dotted = ast.unparse(node.func) if isinstance(node.func, ast.Name | ast.Attribute) else ""
        last = dotted.rsplit(".", 1)[-1]
        codec = _DECODERS.get(dotted) or _DECODERS.get(last if "quote" in last else "")
        if codec is None and last in ("parse_qs", "parse_qsl"):
            codec = "form"
        if codec is not None:
            return Decoded(first, codec)
        if isinstance(node.func, ast.Attribute):
            return self._method(node.func, node.args, tuple(arguments))
        if last in _SAME_FUNCTIONS:
            return first
        return Call(last, tuple(arguments))

    def _method(
        self,
        function: ast.Attribute,
        given: list[ast.expr],
        arguments: tuple[tuple[str, Expression], ...],
    ) -> Expression:
        base = self._expression(function.value)
        text = self._text(given[0]) if given else None
        if function.attr in _LOOKUPS and text is not None:
            return Either((Field(base, text), *(value for _, value in arguments[1:])))
        if function.attr in _SAME_METHODS:
            self._body += [Bind("", value) for _, value in arguments]
            return base
        self._body.append(Bind("", base))
        return Call(function.attr, arguments)

    def _text(self, node: ast.expr) -> str | None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        return self._texts.get(node.id) if isinstance(node, ast.Name) else None


def _texts(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The file's own constants: `BODY = "body"`."""
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str() as text)):
                yield name, text
            case _:
                continue
