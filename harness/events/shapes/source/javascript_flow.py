"""The routines of JavaScript and TypeScript, lowered to flow."""

from collections.abc import Iterator

from tree_sitter import Node

from harness.events.shapes.source.flow import (
    RETURNED,
    Bind,
    Call,
    Decoded,
    Either,
    Element,
    Expression,
    Field,
    Many,
    Module,
    Name,
    Routine,
    Unknown,
)
from harness.events.shapes.source.syntax import root_of, string_of, text_of

_FUNCTIONS = (
    "arrow_function",
    "function_expression",
    "function_declaration",
    "generator_function",
    "generator_function_declaration",
    "method_definition",
    "function",
)
# Function, or method with the object it is of -> codec of its first argument.
_DECODERS = {
    "JSON.parse": "json",
    "atob": "base64",
    "decodeURIComponent": "percent",
    "decodeURI": "percent",
    "unescape": "percent",
    "querystring.parse": "form",
    "qs.parse": "form",
    "URLSearchParams": "form",
    "unmarshall": "dynamodb",
    "Converter.unmarshall": "dynamodb",
    "gunzipSync": "gzip",
    "zlib.gunzipSync": "gzip",
    "inflateSync": "zlib",
    "zlib.inflateSync": "zlib",
}
_BUFFERS = {"base64": "base64", "base64url": "base64url", "hex": "hex"}
# Methods that give what they are called on, in another form of the same content.
_SAME = frozenset(
    {
        *("toString", "trim", "trimStart", "trimEnd", "toLowerCase", "toUpperCase", "replace"),
        *("replaceAll", "slice", "concat", "filter", "sort", "reverse", "normalize", "flat"),
    }
)
_WRAPPERS = (
    "Buffer.from",
    "String",
    "Object.freeze",
    "structuredClone",
    "Array.from",
    "Promise.all",
)
# Methods of lists that call back with an item, and at which place it stands.
_ITEM_AT = {"reduce": 1, "reduceRight": 1} | dict.fromkeys(
    ("map", "forEach", "filter", "find", "some", "every", "flatMap", "findIndex", "findLast"), 0
)
_STATEMENTS = (
    *("_statement", "_block", "_clause", "_body", "_case", "_default"),
    *("lexical_declaration", "variable_declaration"),
)
_TRANSPARENT = (
    "await_expression",
    "parenthesized_expression",
    "non_null_expression",
    "as_expression",
    "satisfies_expression",
    "spread_element",
)


def module_of(text: bytes, ending: str) -> Module:
    """The routines of a file, wherever they are defined, by the names they are given."""
    module = Module()
    _collect(root_of(text, ending), module)
    return module


def _collect(node: Node, module: Module) -> None:
    name, value = _named(node)
    if name and value is not None:
        target = _wrapped(value)
        if target is not None and target.type in _FUNCTIONS:
            module.routines.setdefault(name, _Lowering().routine(name, target))
        elif target is not None and text_of(target) != name:
            module.aliases.setdefault(name, text_of(target))
    for child in node.named_children:
        _collect(child, module)


def _named(node: Node) -> tuple[str, Node | None]:
    """The name that a declaration, an assignment, a property or an export gives, and to what."""
    if node.type in _FUNCTIONS:
        return _text(node.child_by_field_name("name")), node
    if node.type == "variable_declarator":
        return _text(node.child_by_field_name("name")), node.child_by_field_name("value")
    if node.type == "assignment_expression":
        left = node.child_by_field_name("left")
        if left is not None and left.type == "member_expression":
            left = left.child_by_field_name("property")
        return _text(left), node.child_by_field_name("right")
    if node.type == "pair":
        return _text(node.child_by_field_name("key")), node.child_by_field_name("value")
    if node.type == "export_specifier":
        alias = node.child_by_field_name("alias")
        return _text(alias), node.child_by_field_name("name") if alias is not None else None
    return "", None


def _wrapped(value: Node) -> Node | None:
    """The function in `middy(main).use(x)`, or the name of one."""
    if value.type in _FUNCTIONS or value.type == "identifier":
        return value
    if value.type == "member_expression":  # require("./orders").main
        return value.child_by_field_name("property")
    if value.type in _TRANSPARENT:
        return _wrapped(value.named_children[0])
    if value.type != "call_expression":
        return None
    function = value.child_by_field_name("function")
    if function is not None and function.type == "member_expression":
        holder = function.child_by_field_name("object")
        called = holder is not None and holder.type == "call_expression"
        inner = _wrapped(holder) if holder is not None and called else None
        if inner is not None:
            return inner
    for argument in _arguments(value):
        if argument.type in (*_FUNCTIONS, "identifier"):
            return argument
    return None


class _Lowering:
    """One routine; what is nested in it shares its names, as closures do."""

    def __init__(self) -> None:
        self._body: list[Bind] = []
        # Of the routine, and of callbacks whose result makes up a list.
        self._returned: list[list[Expression]] = [[]]

    def routine(self, name: str, node: Node) -> Routine:
        names = []
        for place, parameter in enumerate(_parameters(node)):
            names.append(f"<{place}>")
            self._take(parameter, Name(f"<{place}>"))
        self._inside(node)
        self._body.append(Bind(RETURNED, Either(tuple(self._returned[0]))))
        return Routine(name, names, self._body)

    def _inside(self, node: Node) -> None:
        body = node.child_by_field_name("body")
        if body is None:
            return
        if body.type == "statement_block":
            self._statement(body)
        else:
            self._returned[-1].append(self._expression(body))

    def _callback(self, node: Node, item: Expression | None = None, at: int = 0) -> Expression:
        """What a function that is handed on gives; `item` is what it gets at one place."""
        for place, parameter in enumerate(_parameters(node)):
            self._take(parameter, item if item is not None and place == at else Unknown())
        self._returned.append([])
        self._inside(node)
        return Either(tuple(self._returned.pop()))

    def _take(self, pattern: Node, value: Expression) -> None:
        """Bind the names of a pattern: `{a, b: {c = 1}, ...rest}`, `[first]`, or a mere name."""
        if pattern.type in ("required_parameter", "optional_parameter"):
            inner = pattern.child_by_field_name("pattern")
        elif pattern.type in ("assignment_pattern", "object_assignment_pattern"):
            inner = pattern.child_by_field_name("left")
            default = pattern.child_by_field_name("right")
            if default is not None:
                self._body.append(Bind("", self._expression(default)))
        else:
            inner = None
        if inner is not None:
            self._take(inner, value)
        elif pattern.type == "identifier":
            self._body.append(Bind(text_of(pattern), value))
        elif pattern.type == "shorthand_property_identifier_pattern":
            self._body.append(Bind(text_of(pattern), Field(value, text_of(pattern))))
        elif pattern.type == "pair_pattern":
            key, inside = pattern.child_by_field_name("key"), pattern.child_by_field_name("value")
            name = _key(key)
            if inside is not None and name:
                self._take(inside, Field(value, name))
        elif pattern.type == "array_pattern":
            for part in pattern.named_children:
                self._take(part, Element(value))
        elif pattern.type in ("object_pattern", "rest_pattern"):
            for part in pattern.named_children:
                self._take(part, value)
        else:
            self._body.append(Bind("", value))

    def _statement(self, node: Node) -> None:
        if node.type == "variable_declarator":
            value, name = node.child_by_field_name("value"), node.child_by_field_name("name")
            if value is not None and name is not None:
                self._take(name, self._expression(value))
        elif node.type == "for_in_statement":
            self._loop(node)
        elif node.type == "return_statement":
            self._returned[-1] += [self._expression(child) for child in node.named_children]
        elif node.type in _FUNCTIONS:
            self._callback(node)
        elif node.type.endswith(
            ("_statement", "_block", "_clause", "_body", "_case", "_default")
        ) or (node.type in ("lexical_declaration", "variable_declaration")):
            for child in node.named_children:
                self._statement(child)
        else:
            self._body.append(Bind("", self._expression(node)))

    def _loop(self, node: Node) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        body = node.child_by_field_name("body")
        if left is not None and right is not None:
            value = self._expression(right)
            of = _text(node.child_by_field_name("operator")) == "of"
            self._take(left, Element(value) if of else Unknown((value,)))
        if body is not None:
            self._statement(body)

    def _expression(self, node: Node) -> Expression:
        if node.type == "identifier":
            return Name(text_of(node))
        if node.type == "member_expression":
            return self._member(node)
        if node.type == "subscript_expression":
            return self._subscript(node)
        if node.type in ("call_expression", "new_expression"):
            return self._call(node)
        if node.type in _TRANSPARENT and node.named_children:
            return self._expression(node.named_children[0])
        if node.type == "type_assertion":
            return self._expression(node.named_children[-1])
        if node.type in ("binary_expression", "ternary_expression"):
            return self._alternatives(node)
        if node.type == "assignment_expression":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            value = self._expression(right) if right is not None else Unknown()
            if left is not None and left.type != "member_expression":
                self._take(left, value)
            return value
        if node.type in _FUNCTIONS:
            return Unknown((self._callback(node),))
        return Unknown(tuple(self._expression(child) for child in node.named_children))

    def _member(self, node: Node) -> Expression:
        holder, name = node.child_by_field_name("object"), node.child_by_field_name("property")
        base = self._expression(holder) if holder is not None else Unknown()
        return Unknown((base,)) if _text(name) == "length" else Field(base, _text(name))

    def _subscript(self, node: Node) -> Expression:
        holder, index = node.child_by_field_name("object"), node.child_by_field_name("index")
        base = self._expression(holder) if holder is not None else Unknown()
        text = string_of(index) if index is not None else None
        if text is not None:
            return Field(base, text)
        if index is not None and (index.type == "number" or text_of(index) in ("i", "j", "index")):
            return Element(base)
        return Unknown((base, *((self._expression(index),) if index is not None else ())))

    def _alternatives(self, node: Node) -> Expression:
        """`a || b`, `a ?? b`, `x ? a : b` give one of several; other operators something new."""
        parts = [self._expression(child) for child in node.named_children]
        if node.type == "ternary_expression":
            self._body.append(Bind("", parts[0]))
            return Either(tuple(parts[1:]))
        operator = _text(node.child_by_field_name("operator"))
        return Either(tuple(parts)) if operator in ("||", "??", "&&") else Unknown(tuple(parts))

    def _call(self, node: Node) -> Expression:
        function = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        given = list(_arguments(node))
        if function is None:
            return Unknown()
        dotted = text_of(function)
        codec = _DECODERS.get(dotted) or _DECODERS.get(".".join(dotted.rsplit(".", 2)[-2:]))
        if dotted == "Buffer.from" and given:
            codec = _BUFFERS.get(string_of(given[1]) or "") if len(given) > 1 else None
        if codec is not None and given:
            return Decoded(self._expression(given[0]), codec)
        if dotted in _WRAPPERS and given:
            return self._expression(given[0])
        if function.type == "member_expression":
            return self._method(function, given)
        return Call(dotted, tuple(("", self._expression(argument)) for argument in given))

    def _method(self, function: Node, given: list[Node]) -> Expression:
        holder = function.child_by_field_name("object")
        name = _text(function.child_by_field_name("property"))
        base = self._expression(holder) if holder is not None else Unknown()
        if name in _ITEM_AT and given and given[0].type in (*_FUNCTIONS, "identifier"):
            if given[0].type == "identifier":
                made: Expression = Call(text_of(given[0]), (("", Element(base)),))
            else:
                made = self._callback(given[0], Element(base), _ITEM_AT[name])
            self._body.append(Bind("", made))
            if name in ("map", "flatMap"):
                return Many(made)
            return {"filter": base, "find": Element(base), "findLast": Element(base)}.get(
                name, Unknown()
            )
        if name in _SAME:
            self._body += [Bind("", self._expression(argument)) for argument in given]
            return base
        text = string_of(given[0]) if given else None
        if name == "get" and text:  # URLSearchParams, Map
            return Field(base, text)
        self._body.append(Bind("", base))
        return Call(name, tuple(("", self._expression(argument)) for argument in given))


def _parameters(node: Node) -> Iterator[Node]:
    single = node.child_by_field_name("parameter")
    several = node.child_by_field_name("parameters")
    if single is not None:
        yield single
    elif several is not None:
        yield from (child for child in several.named_children if child.type != "comment")


def _arguments(node: Node) -> Iterator[Node]:
    found = node.child_by_field_name("arguments")
    yield from (c for c in found.named_children if c.type != "comment") if found is not None else ()


def _key(node: Node | None) -> str:
    return (string_of(node) or text_of(node)) if node is not None else ""


def _text(node: Node | None) -> str:
    return text_of(node) if node is not None else ""
