"""Mutators: ways of saying the same payload so that a naive filter lets it through.

Each keeps the payload's meaning in the language it is for; where it does not apply, the text stays
as it is. The techniques are those of the OWASP filter evasion cheat sheets and of sqlmap's tampers.
"""

import re
from collections.abc import Callable
from html import escape
from urllib.parse import quote

# Signs of the languages that payloads are for, and their fullwidth forms (Unicode U+FF01 on),
# which NFKC turns back into them.
_SIGNS = re.compile(r"[!-/:-@\[-`{-~]")
_KEYWORDS = re.compile(r"\b(union|select|from|where|and|or|order|by|case|when)\b", re.IGNORECASE)


def _mixed_case(text: str) -> str:
    return _KEYWORDS.sub(lambda m: _alternate(m.group(0)), text)


def _alternate(word: str) -> str:
    return "".join(c.upper() if i % 2 else c.lower() for i, c in enumerate(word))


def _nested_keywords(text: str) -> str:
    """`union` survives a filter which deletes it once: `ununionion`."""
    return _KEYWORDS.sub(lambda m: m.group(0)[:2] + m.group(0) + m.group(0)[2:], text)


def _fullwidth_quotes(text: str) -> str:
    return text.replace("'", "\uff07").replace('"', "\uff02")


def _split_words(text: str) -> str:
    """`union` as `un/**/ion`: one word to some MySQL versions, none to a filter."""
    return _KEYWORDS.sub(lambda m: f"{m.group(0)[:2]}/**/{m.group(0)[2:]}", text)


def _escapes(text: str) -> str:
    return _SIGNS.sub(lambda m: f"\\u{ord(m.group(0)):04x}", text)


def _nested_tags(text: str) -> str:
    """`<a>` survives a filter which deletes tags once: `<<x>a>`."""
    return re.sub(r"<(?=\w)", "<<x>", text)


# A mutator `is:WORD` puts a word of the function's own source in the payload's place.
WORD = "is:"


def mutated(name: str, text: str) -> str:
    """A text after one mutator."""
    return name.removeprefix(WORD) if name.startswith(WORD) else MUTATORS[name](text)


MUTATORS: dict[str, Callable[[str], str]] = {
    "mixed-case": _mixed_case,
    "nested-keywords": _nested_keywords,
    "space-to-comment": lambda text: text.replace(" ", "/**/"),
    "space-to-tab": lambda text: text.replace(" ", "\t"),
    "space-to-ifs": lambda text: text.replace(" ", "${IFS}"),
    "space-to-plus": lambda text: text.replace(" ", "+"),
    "percent-encode": lambda text: quote(text, safe=""),
    "double-percent-encode": lambda text: quote(quote(text, safe=""), safe=""),
    "fullwidth-quotes": _fullwidth_quotes,
    "fullwidth-signs": lambda text: _SIGNS.sub(lambda m: chr(ord(m.group(0)) + 0xFEE0), text),
    "percent-encode-all": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "html-entities": lambda text: escape(text),
    "unicode-escapes": _escapes,
    "split-words": _split_words,
    "nested-tags": _nested_tags,
    "upper-case": lambda text: _KEYWORDS.sub(lambda m: m.group(0).upper(), text),
    "space-to-newline": lambda text: text.replace(" ", "\n"),
    "space-to-no-break": lambda text: text.replace(" ", "\u00a0"),
    "quotes-doubled": lambda text: text.replace("'", "''"),
    "backslash-before-quotes": lambda text: re.sub(r"(['\"])", r"\\\1", text),
    "dots-doubled": lambda text: text.replace("../", "....//"),
    "backslashes": lambda text: text.replace("../", "..\\"),
    "leading-space": lambda text: " " + text,
    "trailing-newline": lambda text: text + "\n",
    "leading-newline": lambda text: "\n" + text,
    "upper-scheme": lambda text: re.sub(r"^https?", lambda m: m.group(0).upper(), text),
    "quoted-letters": lambda text: re.sub(
        r"\b(echo|expr|printf|curl|wget)\b", lambda m: f"{m.group(0)[0]}''{m.group(0)[1:]}", text
    ),
}
