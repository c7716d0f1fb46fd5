"""Coverage of a JavaScript file."""

from collections.abc import Iterator, Sequence

from tree_sitter import Node

from harness.events.shapes.source.syntax import root_of
from harness.model import FileCoverage, Gap

ENDINGS = (".js", ".mjs", ".cjs")
_TEXT = 200
_EXITS = frozenset({"return_statement", "throw_statement", "break_statement", "continue_statement"})
_SILENT = frozenset({"comment", "empty_statement", "class_declaration", "hash_bang_line"})
_FUNCTIONS = frozenset(
    {
        "function_declaration",
        "generator_function_declaration",
        "function_expression",
        "generator_function",
        "arrow_function",
        "method_definition",
    }
)
_LOOPS = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"})
# Their own line only has a word and a brace, which no runtime counts.
_BARE = frozenset({"try_statement", "statement_block", "do_statement"})
_CASES = frozenset({"switch_case", "switch_default"})
Body = tuple[Sequence[Node], Node | None]


def coverage_of(name: str, source: bytes, reached: frozenset[int]) -> FileCoverage | None:
    """Coverage of one file; None when there is nothing in it that can run."""
    file = _File(source, reached)
    return file.coverage(name, root_of(source, ".js"))


class _File:
    def __init__(self, source: bytes, reached: frozenset[int]) -> None:
        self._text = source.decode("utf-8", "replace").splitlines()
        self._reached = reached

    def coverage(self, name: str, root: Node) -> FileCoverage | None:
        lines: dict[int, Node] = {}
        for statement in _statements(_own(root)):
            lines.setdefault(_header(statement)[0], statement)
        if not lines:
            return None
        return FileCoverage(
            file=name,
            lines=len(lines),
            reached=sum(map(self._was_reached, lines.values())),
            gaps=tuple(sorted(self._gaps(_own(root), None), key=lambda gap: gap.first)),
        )

    def _was_reached(self, statement: Node) -> bool:
        if statement.type in _BARE:  # nothing on its own line runs
            return any(self._last(body) is not None for body, _ in _branches(statement))
        first, last = _header(statement)
        return any(line in self._reached for line in range(first, last + 1))

    def _gaps(self, body: Sequence[Node], guard: Node | None) -> Iterator[Gap]:
        """The unreached runs of a body, and those inside of its reached statements."""
        before: Node | None = None
        run: list[Node] = []
        for statement in body:
            if not self._was_reached(statement):
                if statement.type in _FUNCTIONS:
                    yield self._gap([statement], None)  # nothing called it
                else:
                    run.append(statement)
                continue
            if statement.type in _FUNCTIONS:
                yield from self._inside(statement)
                continue
            if run:
                yield self._gap(run, guard if before is None else self._stopped(before))
                run = []
            before = statement
            yield from self._inside(statement)
        if run:
            yield self._gap(run, guard if before is None else self._stopped(before))

    def _inside(self, statement: Node) -> Iterator[Gap]:
        for inner, kept_out in _bodies(statement):
            if inner and _line(inner[0]) != _line(statement):
                yield from self._gaps(inner, kept_out)

    def _stopped(self, statement: Node) -> Node | None:
        """What in a reached statement kept control from what follows it."""
        if statement.type in _EXITS:
            return None  # nothing can be behind it
        if statement.type == "if_statement":
            entered = [body for body, _ in _branches(statement) if self._last(body) is not None]
            last = self._last(entered[0]) if len(entered) == 1 else None
            if last is not None and not self._leaves(entered[0]):
                return self._stopped(last)  # something inside of it threw
        if statement.type == "try_statement":
            handler = statement.child_by_field_name("handler")
            for body, guard in reversed(list(_branches(statement))):
                last = self._last(body)
                if last is not None:
                    return handler if guard is not None else self._stopped(last)
        return statement

    def _last(self, body: Sequence[Node]) -> Node | None:
        """The last statement of a body that was reached."""
        return next((s for s in reversed(body) if self._was_reached(s)), None)

    def _leaves(self, body: Sequence[Node]) -> bool:
        """Whether an exit of this function was reached in the body."""
        for statement in body:
            if not self._was_reached(statement) or statement.type in _FUNCTIONS:
                continue
            if statement.type in _EXITS:
                return True
            if any(self._leaves(inner) for inner, _ in _branches(statement)):
                return True
        return False

    def _gap(self, run: Sequence[Node], guard: Node | None) -> Gap:
        first, last = _header(run[0])[0], run[-1].end_point[0] + 1
        if guard is None:
            return Gap(first=first, last=last)
        start, end = _header(guard)
        text = " ".join(" ".join(self._text[start - 1 : end]).split())
        return Gap(first=first, last=last, guard=start, text=text[:_TEXT])


def _own(block: Node | None) -> list[Node]:
    """The statements of a block, or the one that stands for it."""
    if block is None:
        return []
    if block.type in ("statement_block", "program"):
        return [node for node in block.named_children if node.type not in _SILENT]
    return [block]


def _statements(body: Sequence[Node]) -> Iterator[Node]:
    """Every statement, outer ones first."""
    for statement in body:
        yield statement
        for inner, _ in _bodies(statement):
            yield from _statements(inner)


def _bodies(statement: Node) -> Iterator[Body]:
    """The bodies inside of a statement, each with what decides whether it is entered."""
    yield from _branches(statement)
    yield from ((body, None) for body in _functions(statement))


def _branches(statement: Node) -> Iterator[Body]:
    """The bodies that belong to the same function as the statement."""
    field = statement.child_by_field_name
    if statement.type == "if_statement":
        yield _own(field("consequence")), statement
        alternative = field("alternative")
        if alternative is not None and alternative.named_children:
            yield _own(alternative.named_children[-1]), statement
    elif statement.type in _LOOPS:
        yield _own(field("body")), statement
    elif statement.type == "labeled_statement":
        yield _own(field("body")), None
    elif statement.type == "statement_block":
        yield _own(statement), None
    elif statement.type == "try_statement":
        yield _own(field("body")), None
        handler, finalizer = field("handler"), field("finalizer")
        if handler is not None:
            yield _own(handler.child_by_field_name("body")), handler
        if finalizer is not None:
            yield _own(finalizer.child_by_field_name("body")), None
    elif statement.type == "switch_statement":
        body = field("body")
        for case in body.named_children if body is not None else ():
            if case.type in _CASES:
                value = case.child_by_field_name("value")
                inside = [n for n in case.named_children if n != value and n.type not in _SILENT]
                yield inside, case


def _functions(statement: Node) -> Iterator[list[Node]]:
    """The bodies of functions that are written in a statement itself."""
    blocks = [body for body, _ in _branches(statement)]
    inside = {node.id for body in blocks for node in body}
    waiting = [statement]
    while waiting:
        node = waiting.pop()
        if node.type in _FUNCTIONS:
            body = node.child_by_field_name("body")
            if body is not None and body.type == "statement_block":
                yield _own(body)
            elif body is not None:
                waiting.append(body)
            continue
        waiting.extend(n for n in reversed(node.named_children) if n.id not in inside)


def _header(node: Node) -> tuple[int, int]:
    """First and last line of a statement (from 1) without the bodies inside of it."""
    first, last = _line(node), node.end_point[0] + 1
    starts = [_line(body[0]) for body, _ in _bodies(node) if body]
    if node.type == "catch_clause":
        starts = [_line(inner) for inner in _own(node.child_by_field_name("body"))[:1]]
    if node.type in _CASES:
        value = node.child_by_field_name("value")
        return first, (value.end_point[0] + 1 if value is not None else first)
    return first, max(first, min([*(start - 1 for start in starts), last]))


def _line(node: Node) -> int:
    return int(node.start_point[0]) + 1
