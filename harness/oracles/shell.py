"""A small POSIX shell lexer: which parts of a line are commands, and which are data.

Shell Command Language, IEEE Std 1003.1, section 2 (token recognition, quoting, expansions). It
does not run or expand anything; it tells words, operators and nested substitutions apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass

_OPERATORS = ";&|\n()<>"
_SEPARATORS = frozenset({";", "&", "|", "\n", "(", ")"})


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command: its words, quotes removed, as the shell would split them (unexpanded)."""

    words: tuple[str, ...]


def commands(line: str, depth: int = 6) -> Iterator[Command]:
    """Every simple command of a line, those of substitutions included."""
    words: list[str] = []
    word: list[str] | None = None
    at = 0
    while at < len(line):
        char = line[at]
        if char == "\\":
            word = [*(word or []), line[at + 1 : at + 2]]
            at += 2
        elif char == "'":
            end = line.find("'", at + 1)
            if end < 0:
                return  # an open quote: the shell refuses the line
            word = [*(word or []), line[at + 1 : end]]
            at = end + 1
        elif char == '"':
            text, nested, end = _double_quoted(line, at + 1)
            if end < 0:
                return
            word = [*(word or []), text]
            at = end
            for inner in nested if depth else ():
                yield from commands(inner, depth - 1)
        elif line.startswith("$(", at) and not line.startswith("$((", at):
            end = _matching(line, at + 2)
            if depth:
                yield from commands(line[at + 2 : end], depth - 1)
            word = [*(word or []), line[at : end + 1]]
            at = end + 1
        elif line.startswith("$((", at):
            end = line.find("))", at)
            end = len(line) if end < 0 else end + 2
            word = [*(word or []), line[at:end]]
            at = end
        elif char == "`":
            end = line.find("`", at + 1)
            end = len(line) if end < 0 else end
            if depth:
                yield from commands(line[at + 1 : end], depth - 1)
            word = [*(word or []), line[at : end + 1]]
            at = end + 1
        elif char in " \t" or line.startswith("${IFS}", at):
            if word is not None:
                words.append("".join(word))
                word = None
            at += 6 if char == "$" else 1
        elif char == "#" and word is None:
            end = line.find("\n", at)
            at = len(line) if end < 0 else end
        elif char in _OPERATORS:
            if word is not None:
                words.append("".join(word))
                word = None
            if char in _SEPARATORS:
                if words:
                    yield Command(tuple(words))
                words = []
            at += 1
        else:
            word = [*(word or []), char]
            at += 1
    if word is not None:
        words.append("".join(word))
    if words:
        yield Command(tuple(words))


def _double_quoted(line: str, at: int) -> tuple[str, list[str], int]:
    """(text, substitutions inside, position after the closing quote or -1)."""
    text: list[str] = []
    nested: list[str] = []
    while at < len(line):
        char = line[at]
        if char == '"':
            return "".join(text), nested, at + 1
        if char == "\\" and line[at + 1 : at + 2] in '"\\$`':
            text.append(line[at + 1 : at + 2])
            at += 2
        elif line.startswith("$(", at) and not line.startswith("$((", at):
            end = _matching(line, at + 2)
            nested.append(line[at + 2 : end])
            text.append(line[at : end + 1])
            at = end + 1
        elif char == "`":
            end = line.find("`", at + 1)
            end = len(line) if end < 0 else end
            nested.append(line[at + 1 : end])
            text.append(line[at : end + 1])
            at = end + 1
        else:
            text.append(char)
            at += 1
    return "".join(text), nested, -1


def _matching(line: str, at: int) -> int:
    """The position of the parenthesis that closes the one before `at` (the end when none does)."""
    depth = 1
    quote = ""
    while at < len(line):
        char = line[at]
        if quote:
            if char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                return at
        at += 1
    return len(line)
