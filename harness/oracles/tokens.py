"""Tokens of the query languages that payloads are written for, each by its own quoting rules.

SQLite (https://sqlite.org/lang_expr.html, https://sqlite.org/quirks.html), PostgreSQL ("Lexical
Structure", with standard_conforming_strings on), MySQL ("String Literals", "Comments"),
Transact-SQL, PartiQL for DynamoDB, DynamoDB expressions, XPath 1.0 and JavaScript.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_SINGLE = r"'(?:[^']|'')*(?:'|\Z)"
_DOUBLE = r'"(?:[^"]|"")*(?:"|\Z)'
_BACKTICK = r"`(?:[^`]|``)*(?:`|\Z)"
_BRACKET = r"\[[^\]]*(?:\]|\Z)"
_SLASHED_SINGLE = r"'(?:\\.|[^'\\]|'')*(?:'|\Z)"
_SLASHED_DOUBLE = r'"(?:\\.|[^"\\]|"")*(?:"|\Z)'
_BLOCK = r"/\*.*?(?:\*/|\Z)"
_DASHES = r"--[^\n]*"


@dataclass(frozen=True, slots=True)
class Token:
    """`kind`: space, text, quoted, number, word or other; `start` is its place in the text.

    `closed` is False for a literal without its own quote at the end: it runs to the text's end.
    """

    kind: str
    text: str
    start: int
    closed: bool = True

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def inside(self) -> str:
        """A literal's text without its quotes; other tokens as they are."""
        return self.text[1:-1] if self.kind in ("text", "quoted") and self.closed else self.text


_OPENING = re.compile(r"[A-Za-z]?(?P<quote>['\"`\[]|\$\w*\$)")


def _closed(literal: str, slashed: bool) -> bool:
    """Whether a literal ends with its own quote, and not with an escaped one."""
    opening = _OPENING.match(literal)
    if opening is None:
        return True
    quote, rest = opening["quote"], literal[opening.end() :]
    if quote == "[":
        return rest.endswith("]")
    if quote[0] == "$":
        return rest.endswith(quote)
    pairs = rf"\\.|{quote}{quote}" if slashed or literal[:1] in "eE" else quote * 2
    return re.sub(pairs, "", rest, flags=re.DOTALL).endswith(quote)


# dialect -> (comments and space, texts, quoted names)
_FORMS = {
    "sqlite": (rf"{_DASHES}|{_BLOCK}", rf"[xX]?{_SINGLE}", f"{_DOUBLE}|{_BACKTICK}|{_BRACKET}"),
    "postgresql": (
        rf"{_DASHES}|{_BLOCK}",
        rf"[eE]{_SLASHED_SINGLE}|[xXbBnN]?{_SINGLE}|(?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?:(?P=tag)|\Z)",
        _DOUBLE,
    ),
    "mysql": (
        r"--(?=\s|\Z)[^\n]*|\#[^\n]*|/\*(?!!).*?(?:\*/|\Z)",
        rf"[xXbBnN]?{_SLASHED_SINGLE}|{_SLASHED_DOUBLE}",
        _BACKTICK,
    ),
    "mssql": (rf"{_DASHES}|{_BLOCK}", rf"[nN]?{_SINGLE}", f"{_DOUBLE}|{_BRACKET}"),
    "partiql": (rf"{_DASHES}|{_BLOCK}", _SINGLE, _DOUBLE),
    "expression": (r"(?!)", r"(?!)", r"(?!)"),  # values are never written in one
    "xpath": (r"\(:.*?(?::\)|\Z)", r"'[^']*(?:'|\Z)|\"[^\"]*(?:\"|\Z)", r"(?!)"),
    "javascript": (
        rf"//[^\n]*|{_BLOCK}",
        r"'(?:\\.|[^'\\])*(?:'|\Z)|\"(?:\\.|[^\"\\])*(?:\"|\Z)|`(?:\\.|[^`\\])*(?:`|\Z)",
        r"(?!)",
    ),
}


@lru_cache(maxsize=16)
def _pattern(dialect: str) -> re.Pattern[str]:
    comments, texts, names = _FORMS[dialect]
    return re.compile(
        rf"(?P<space>\s+|{comments})|(?P<text>{texts})|(?P<quoted>{names})"
        r"|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<word>[A-Za-z_][\w$]*)|(?P<other>.)",
        re.DOTALL,
    )


def tokens(text: str, dialect: str) -> Iterator[Token]:
    """The tokens of a text. `dialect` is one of sqlite, postgresql, mysql, mssql, partiql,
    expression, xpath, javascript."""
    for match in _pattern(dialect).finditer(text):
        kind = next(k for k in _KINDS if match.group(k) is not None)
        literal = kind in ("text", "quoted")
        closed = not literal or _closed(match.group(0), dialect in ("mysql", "javascript"))
        yield Token(kind, match.group(0), match.start(), closed)


_KINDS = ("space", "text", "quoted", "number", "word", "other")
_COMPARES = frozenset({"=", "==", "*", "<", ">", "LIKE"})


def breaks_out(text: str, dialect: str, payload: str, marks: tuple[str, ...]) -> bool:
    """Whether a payload stands in a text as more than the inside of one literal.

    Each place where it stands verbatim is looked at. An escaped or otherwise changed payload is
    known by its marks (the canary, a factor): two of them around an operator outside of a literal
    are structure; a single one may be a number or a name that the application picked out.
    """
    found = list(tokens(text, dialect))
    unclosed = any(not token.closed for token in found)
    at = text.find(payload) if payload else -1
    while at >= 0:
        around = next((t for t in found if t.start <= at and at + len(payload) <= t.end), None)
        if around is None or around.kind == "space":
            # A comment around all of it: its line break would end a comment of one line.
            if around is None or ("\n" in payload and not around.text.startswith("/*")):
                return not _is_one_token(payload, dialect)
        elif not around.closed or (unclosed and around.text[-1:] in payload):
            # A quote of the payload that a quote of the text follows reads as an escaped one;
            # then the literal runs on and some quote is left over.
            return True
        at = text.find(payload, at + 1)
    return _compares_marks(found, marks)


def is_closed(text: str, dialect: str) -> bool:
    """Whether every literal of a text has its own quote at its end."""
    return all(token.closed for token in tokens(text, dialect))


def _is_one_token(payload: str, dialect: str) -> bool:
    """Whether a payload is one name or number; a comment counts as well."""
    return sum(bool(token.text.strip()) for token in tokens(payload, dialect)) <= 1


def _compares_marks(found: list[Token], marks: tuple[str, ...]) -> bool:
    solid = [token for token in found if token.kind != "space"]
    lowered = {mark.lower() for mark in marks}
    for left, operator, right in zip(solid, solid[1:], solid[2:], strict=False):
        if operator.text.upper() in _COMPARES and all(
            token.inside.strip("%").lower() in lowered for token in (left, right)
        ):
            return True
    return False
