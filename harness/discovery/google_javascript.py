"""Functions of Google Cloud as their code declares them, in JavaScript.

What is registered with the Functions Framework, what Firebase's makers make, in CommonJS and in ES
modules: https://firebase.google.com/docs/reference/functions
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from harness.discovery.google_code import EVENT, REQUEST, Declared, table

# `functions.http('name', ...)`, `functions.cloudEvent('name', ...)` of the framework for Node.js.
_REGISTERED = re.compile(r"\b\w+\.(http|cloudEvent|typed)\(\s*['\"`]([\w$-]+)['\"`]")
_NAMED = r"(?:module\.)?(?:exports\.|export\s+(?:const|let|var)\s+)([\w$]+)\s*=\s*"
# `exports.name = onObjectFinalized(`, `export const name = functions.onRequest(`, `(req, res) =>`,
# `export function name(req, res)`
_EXPORTED = re.compile(
    rf"^(?:{_NAMED}"
    r"(?:(?:\w+\.)*(?P<maker>\w+)\(|(?:async\s*)?(?:function\s*\w*\s*)?\((?P<given>[^)]*)\))"
    r"|export\s+(?:async\s+)?function\s+(?P<name>[\w$]+)\s*\((?P<parameters>[^)]*)\))",
    re.MULTILINE,
)
_ASSIGNED = re.compile(rf"^{_NAMED}", re.MULTILINE)
# `functions.region('x').firestore.document('users/{id}').onCreate(` of the first generation.
_CHAIN = re.compile(r"\b(\w+)((?:\s*\.\s*\w+\s*\([^()]*\))*)\s*\.\s*((?:on|before)[A-Z]\w*)\s*\(")
_STEP = re.compile(r"\.\s*(\w+)\s*\(\s*(?:['\"`]([^'\"`]*)['\"`])?[^()]*\)")
_OPTION = re.compile(r"\b(\w+)\s*:\s*['\"]([^'\"]+)['\"]")
# Another file whose exports are this one's too.
_ELSEWHERE = re.compile(
    r"export\s+(?:\*|\{[^}]*\})\s+from\s+['\"](\.[^'\"]+)['\"]"
    r"|(?:Object\.assign\(\s*(?:module\.)?exports\s*,|\.\.\.)\s*require\(\s*['\"](\.[^'\"]+)['\"]"
)
# What a maker's first argument says, by the family of its events.
_FIRST = {"firestore": "document", "database": "ref", "pubsub": "topic", "storage": "bucket"}


def in_javascript(path: Path, seen: frozenset[Path] = frozenset()) -> Iterator[Declared]:
    """The functions of a file, and of those whose exports it hands on.

    What is exported with the parameters of an event counts (`marked`) only beside none of these.
    """
    text = path.read_text(encoding="utf-8", errors="replace")
    registered = list(_REGISTERED.finditer(text))
    for match in registered:
        kind = "" if match[1] == "cloudEvent" else "http"
        yield _declared(path, text, match, match[2], kind)
    if not registered:
        yield from _exported(path, text)
    for first, second in _ELSEWHERE.findall(text):
        other = _module(path.parent / (first or second))
        if other is not None and other not in seen:
            yield from in_javascript(other, seen | {path})


def _exported(path: Path, text: str) -> Iterator[Declared]:
    made = list(_made(path, text))
    yield from made
    for match in _EXPORTED.finditer(text):
        name = match[1] or match["name"]
        names = [n.strip() for n in (match["given"] or match["parameters"] or "").split(",")]
        if any(one.name == name for one in made) or not names[0]:
            continue
        if names[0] in REQUEST and len(names) > 1:
            yield _declared(path, text, match, name, "http")
        elif names[0] in EVENT:
            yield _declared(path, text, match, name, "", background=True, marked=not made)


def _made(path: Path, text: str) -> Iterator[Declared]:
    """What Firebase's makers make, of the second generation and of the first."""
    makers = _makers()
    known = {}
    for match in _EXPORTED.finditer(text):
        if match["maker"] in makers:
            known[match[1]] = _declared(path, text, match, match[1], makers[match["maker"]])
    for match in _ASSIGNED.finditer(text):
        head = re.split(r"=>|\bfunction\b", _own(text, match.end()))[0]
        chain = _CHAIN.search(head)
        if match[1] in known or chain is None:
            continue
        steps = _STEP.findall(chain[2])
        family = ".".join([chain[1], *(name for name, _ in steps[-1:])])
        kind = table()["first_generation"].get(family, {}).get(chain[3])
        if kind is not None:
            said = next((argument for _, argument in steps if argument), None)
            fact = _FIRST.get(chain[1]) if "schedule" not in family else "schedule"
            known[match[1]] = _declared(
                path,
                text,
                match,
                match[1],
                kind,
                background="." in kind,
                facts={fact: said} if fact and said else {},
            )
    yield from known.values()


def _declared(
    path: Path,
    text: str,
    match: re.Match[str],
    name: str,
    kind: str,
    *,
    background: bool = False,
    marked: bool = True,
    facts: Mapping[str, str] | None = None,
) -> Declared:
    own = _own(text, match.end())
    if facts is None:
        options = own.partition("=>")[0]
        facts = {n: v for n, v in _OPTION.findall(options) if n in table()["facts"].values()}
        direct = re.match(r"\s*['\"]([^'\"]+)['\"]", options)
        if direct is not None and kind and not facts:
            facts = {fact: direct[1] for family, fact in _FIRST.items() if f".{family}." in kind}
    return Declared(
        name=name,
        path=path,
        line=text.count("\n", 0, match.start()) + 1,
        type=kind,
        facts=facts,
        text=own,
        background=background,
        marked=marked,
    )


def _own(text: str, start: int) -> str:
    """The text of one function: until the next one begins."""
    rest = text[start:]
    following = re.search(r"^\S*(?:exports\.|export\s|\w+\.(?:http|cloudEvent)\()", rest, re.M)
    return rest[: following.start()] if following else rest


def _module(named: Path) -> Path | None:
    """The file that a relative import means."""
    tried = (named, *(named.with_name(f"{named.name}{end}") for end in (".js", ".cjs", ".mjs")))
    return next((p.resolve() for p in (*tried, named / "index.js") if p.is_file()), None)


@cache
def _makers() -> Mapping[str, str]:
    """Types by the name of Firebase's makers for Node.js (`onObjectFinalized`)."""
    found = {}
    for module in table()["decorators"].values():
        for name, entry in module.items():
            first, *rest = name.split("_")
            if rest:
                found[first + "".join(word.capitalize() for word in rest)] = str(entry["type"])
    return {name: kind for name, kind in found.items() if kind}
