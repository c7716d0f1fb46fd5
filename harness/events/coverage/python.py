"""Coverage of a Python file."""

import ast
from collections.abc import Iterator, Sequence

from harness.model import FileCoverage, Gap

_TEXT = 200
_EXITS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

Guard = ast.stmt | ast.ExceptHandler | ast.match_case | None


def coverage_of(name: str, source: bytes, reached: frozenset[int]) -> FileCoverage | None:
    """Coverage of one file; None when it cannot be parsed.

    A line counts where a statement starts: docstrings, `global` and bare annotations are none.
    """
    try:
        tree = ast.parse(source)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    text = source.decode("utf-8", "replace").splitlines()
    return _File(text, reached).coverage(name, tree)


class _File:
    def __init__(self, text: Sequence[str], reached: frozenset[int]) -> None:
        self._text = text
        self._reached = reached

    def coverage(self, name: str, tree: ast.Module) -> FileCoverage:
        lines: dict[int, ast.stmt] = {}
        for node in ast.walk(tree):  # outer statements first: a line is its first statement's
            if isinstance(node, ast.stmt) and not _silent(node):
                lines.setdefault(node.lineno, node)
        return FileCoverage(
            file=name,
            lines=len(lines),
            reached=sum(map(self._was_reached, lines.values())),
            gaps=tuple(sorted(self._gaps(tree.body, None), key=lambda gap: gap.first)),
        )

    def _was_reached(self, statement: ast.stmt) -> bool:
        first, last = _header(statement)
        return any(line in self._reached for line in range(first, last + 1))

    def _gaps(self, body: Sequence[ast.stmt], guard: Guard) -> Iterator[Gap]:
        """The unreached runs of a body, and those inside of its reached statements."""
        before: ast.stmt | None = None
        run: list[ast.stmt] = []
        for statement in body:
            if _silent(statement):
                continue
            if not self._was_reached(statement):
                run.append(statement)
                continue
            if run:
                yield self._gap(run, guard if before is None else self._stopped(before))
                run = []
            before = statement
            for inner, kept_out in self._bodies(statement):
                yield from self._gaps(inner, kept_out)
        if run:
            yield self._gap(run, guard if before is None else self._stopped(before))

    def _bodies(self, statement: ast.stmt) -> Iterator[tuple[list[ast.stmt], Guard]]:
        """The bodies of a reached statement, each with what decides whether it is entered."""
        for body, guard in _inside(statement):
            if body[0].lineno == statement.lineno:
                continue  # `if a: b` on one line: its line was reached
            if isinstance(statement, ast.Try | ast.TryStar) and body is statement.orelse:
                yield body, self._stopped_in(statement.body)
            else:
                yield body, guard

    def _stopped(self, statement: ast.stmt) -> Guard:
        """What in a reached statement kept control from what follows it."""
        if isinstance(statement, _EXITS):
            return None  # nothing can be behind it
        if isinstance(statement, ast.Try | ast.TryStar):
            for handler in statement.handlers:
                if self._entered(handler.body):
                    return handler
            for body in (statement.finalbody, statement.orelse, statement.body):
                if body and self._entered(body):
                    return self._stopped_in(body)
        if isinstance(statement, ast.With | ast.AsyncWith):
            return self._stopped_in(statement.body) or statement
        if isinstance(statement, ast.Match):
            entered = [case for case in statement.cases if self._entered(case.body)]
            return entered[0] if len(entered) == 1 else statement
        if isinstance(statement, ast.If):
            entered_bodies = [b for b in (statement.body, statement.orelse) if self._entered(b)]
            if len(entered_bodies) == 1 and not self._leaves(entered_bodies[0]):
                return self._stopped_in(entered_bodies[0])  # something inside of it raised
        return statement

    def _stopped_in(self, body: Sequence[ast.stmt]) -> Guard:
        entered = [s for s in body if not _silent(s) and self._was_reached(s)]
        return self._stopped(entered[-1]) if entered else None

    def _entered(self, body: Sequence[ast.stmt]) -> bool:
        return any(not _silent(s) and self._was_reached(s) for s in body)

    def _leaves(self, body: Sequence[ast.stmt]) -> bool:
        """Whether a return, raise, break or continue of this function was reached in the body."""
        for statement in body:
            if not self._was_reached(statement) or isinstance(statement, _DEFINITIONS):
                continue
            if isinstance(statement, _EXITS):
                return True
            if any(self._leaves(inner) for inner, _ in _inside(statement)):
                return True
        return False

    def _gap(self, run: Sequence[ast.stmt], guard: Guard) -> Gap:
        first, last = _header(run[0])[0], run[-1].end_lineno or run[-1].lineno
        if guard is None:
            return Gap(first=first, last=last)
        start, end = _header(guard)
        if isinstance(guard, _DEFINITIONS):
            start = guard.lineno
        text = " ".join(" ".join(self._text[start - 1 : end]).split())
        return Gap(first=first, last=last, guard=start, text=text[:_TEXT])


def _inside(statement: ast.stmt) -> Iterator[tuple[list[ast.stmt], Guard]]:
    """The bodies of a statement, each with the condition in front of it."""
    if isinstance(statement, ast.Match):
        for case in statement.cases:
            yield case.body, case
        return
    # A function's body is entered by a call, `finally` always.
    own: Guard = None if isinstance(statement, _DEFINITIONS) else statement
    if isinstance(statement, ast.Try | ast.TryStar):
        own = None
        for handler in statement.handlers:
            yield handler.body, handler
    for field, guard in (("body", own), ("orelse", own), ("finalbody", None)):
        body = getattr(statement, field, None)
        if body:
            yield body, guard


def _header(node: ast.stmt | ast.ExceptHandler | ast.match_case) -> tuple[int, int]:
    """First and last line of a statement without the bodies inside of it."""
    if isinstance(node, ast.match_case):
        first = node.pattern.lineno
        bodies = [node.body]
    else:
        first = node.lineno
        if isinstance(node, _DEFINITIONS) and node.decorator_list:
            first = node.decorator_list[0].lineno
        if isinstance(node, ast.ExceptHandler):
            bodies = [node.body]
        elif isinstance(node, ast.Match):
            return first, max(first, node.cases[0].pattern.lineno - 1)
        else:
            bodies = [body for body, _ in _inside(node)]
            if isinstance(node, ast.Try | ast.TryStar):
                bodies = [node.body]
        if not bodies:
            return first, node.end_lineno or first
    return first, max(first, min(_start(body[0]) for body in bodies) - 1)


def _start(statement: ast.stmt) -> int:
    if isinstance(statement, _DEFINITIONS) and statement.decorator_list:
        return statement.decorator_list[0].lineno
    return statement.lineno


def _silent(statement: ast.stmt) -> bool:
    """Statements that do nothing when they are passed."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.AnnAssign):
        return statement.value is None
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    return isinstance(statement, ast.Global | ast.Nonlocal)
