"""A small POSIX shell lexer: which parts of a line are commands, and which are data.

Shell Command Language, IEEE Std 1003.1, section 2 (token recognition, quoting, expansions,
here-documents). It does not run or expand anything; it tells words, operators, nested substitutions
and lines given to another shell (`sh -c`, `eval`) apart.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPERATORS = ";&|\n()<>"
_SEPARATORS = frozenset({";", "&", "|", "\n", "(", ")"})
_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh"})
_HERE = re.compile(r"<<(?!<)-?[ \t]*(?P<word>(?:\\.|'[^'\n]*'|\"[^\"\n]*\"|[^\s;&|()<>'\"\\])+)")
_PLAIN = re.compile(r"[^\\'\"`$ \t#;&|\n()<>]+|.", re.DOTALL)
_QUOTES = re.compile(r"[\\'\"]")
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Command:
    """A simple command: its words, quotes removed, as the shell would split them (unexpanded).

    `source` is the text that a shell parses and `start` where in it the first word begins, quote
    included. A command of a substitution has the whole line as its source; one of `sh -c` or
    `eval` has that shell's own line.
    """

    words: tuple[str, ...]
    source: str
    start: int


def commands(line: str) -> Iterator[Command]:
    """Every simple command of a line, those of substitutions and inner shells included."""
    yield from _commands(line, 0, len(line), _DEPTH)


def _commands(line: str, at: int, end: int, depth: int) -> Iterator[Command]:
    for command in _simple(line, at, end, depth):
        yield command
        inner = _inner_line(command.words)
        if inner is not None and depth:
            yield from _commands(inner, 0, len(inner), depth - 1)


def _inner_line(words: tuple[str, ...]) -> str | None:
    """The text that a command hands to a shell to parse once more."""
    tool = words[0].rsplit("/", 1)[-1]
    if tool == "eval":
        return " ".join(words[1:])
    if tool not in _SHELLS:
        return None
    for index, word in enumerate(words[1:-1], 1):
        if not word.startswith("-"):
            return None
        if not word.startswith("--") and "c" in word:
            return words[index + 1]
    return None


def _simple(line: str, at: int, end: int, depth: int) -> Iterator[Command]:
    """The commands of `line[at:end]` itself and of its substitutions."""
    words: list[str] = []
    start = at
    word: list[str] | None = None
    bodies: list[tuple[str, bool]] = []
    while at < end:
        char = line[at]
        if word is None and not words:
            start = at
        if line.startswith("\\\n", at):
            at += 2
        elif char == "\\":
            word = [*(word or []), line[at + 1 : at + 2]]
            at += 2
        elif char == "'":
            close = line.find("'", at + 1, end)
            if close < 0:
                return  # an open quote: the shell refuses the line
            word = [*(word or []), line[at + 1 : close]]
            at = close + 1
        elif char == '"':
            close = _closing_quote(line, at + 1, end)
            if close < 0:
                return
            yield from _substitutions(line, at + 1, close, depth)
            word = [*(word or []), re.sub(r'\\(["\\$`])', r"\1", line[at + 1 : close])]
            at = close + 1
        elif char == "`" or line.startswith("$(", at):
            close = _substitution_end(line, at, end)
            yield from _substitutions(line, at, close, depth)
            word = [*(word or []), line[at:close]]
            at = close
        elif char in " \t" or line.startswith("${IFS}", at):
            if word is not None:
                words.append("".join(word))
                word = None
            at += 6 if char == "$" else 1
        elif char == "#" and word is None:
            close = line.find("\n", at, end)
            at = end if close < 0 else close
        elif char in _OPERATORS:
            if word is not None:
                words.append("".join(word))
                word = None
            here = _HERE.match(line, at, end)
            if here is not None:
                bodies.append((_QUOTES.sub("", here["word"]), bool(_QUOTES.search(here["word"]))))
                at = here.end()
                continue
            if char in _SEPARATORS and not _redirects(line, at):
                if words:
                    yield Command(tuple(words), line, start)
                words = []
            at += 1
            while char == "\n" and bodies:
                delimiter, literal = bodies.pop(0)
                body_end, following = _here_document(line, at, end, delimiter)
                if not literal:
                    yield from _substitutions(line, at, body_end, depth)
                at = following
        else:
            plain = _PLAIN.match(line, at, end)
            word = [*(word or []), plain[0] if plain else char]
            at += len(word[-1])
    if word is not None:
        words.append("".join(word))
    if words:
        yield Command(tuple(words), line, start)


def _substitutions(line: str, at: int, end: int, depth: int) -> Iterator[Command]:
    """Commands of `$( )` and backticks in text where only these are special."""
    while at < end and depth:
        if line[at] == "\\":
            at += 2
        elif line[at] == "`" or line.startswith("$(", at):
            close = _substitution_end(line, at, end)
            if not line.startswith("$((", at):
                first = at + (1 if line[at] == "`" else 2)
                yield from _commands(line, first, close - 1, depth - 1)
            at = close
        else:
            at += 1


def _substitution_end(line: str, at: int, end: int) -> int:
    """Behind the substitution or arithmetic that begins at `at`."""
    if line[at] == "`":
        close = line.find("`", at + 1, end)
        return end if close < 0 else close + 1
    if line.startswith("$((", at):
        close = line.find("))", at, end)
        return end if close < 0 else close + 2
    depth = 0
    quote = ""
    for index in range(at + 1, end):
        char = line[index]
        if quote:
            if char == quote:
                quote = ""
        elif char in "'\"":
            quote = char
        elif char in "()":
            depth += 1 if char == "(" else -1
            if depth == 0:
                return index + 1
    return end


def _closing_quote(line: str, at: int, end: int) -> int:
    """Where the double quote that was opened before `at` closes; -1 when it does not."""
    while at < end:
        if line[at] == '"':
            return at
        if line[at] == "\\":
            at += 2
        elif line[at] == "`" or line.startswith("$(", at):
            at = _substitution_end(line, at, end)
        else:
            at += 1
    return -1


def _redirects(line: str, at: int) -> bool:
    """Whether an ampersand belongs to a redirection (`2>&1`, `&>file`)."""
    return line[at] == "&" and (line[at - 1 : at] in ("<", ">") or line[at + 1 : at + 2] == ">")


def _here_document(line: str, at: int, end: int, delimiter: str) -> tuple[int, int]:
    """(end of the body, behind the delimiter's line) of a here-document that begins at `at`."""
    while at < end:
        close = line.find("\n", at, end)
        stop = end if close < 0 else close
        if line[at:stop].lstrip("\t") == delimiter:
            return at, stop
        at = stop + 1
    return end, end
