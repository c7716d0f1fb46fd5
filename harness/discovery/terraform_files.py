"""Terraform's files beside a plan: what the plan leaves out of its expressions.

A plan has no locals, no dynamic blocks, and of a mapping with one unknown entry nothing at all:
https://developer.hashicorp.com/terraform/internals/json-format#expression-representation
Here they are put into the form that a plan has for expressions, with keys more: `entries` of a
mapping, `items` of a list, `merged` for several mappings, `parts` of a text.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.discovery.shapes import mapping, mappings
from harness.errors import UsageError

# Where `terraform init` says in which folder each module is.
_MODULES = ".terraform/modules/modules.json"
# A name with what is taken of it: `aws_sqs_queue.q["in"].arn`, `module.shop.queues`.
_NAME = re.compile(r"(?<![\w.\"])[A-Za-z_][\w-]*(?:\[[^\]]*\])?(?:\.[\w*-]+(?:\[[^\]]*\])?)+")
_INTERPOLATED = re.compile(r"(?<!\$)\$\{([^}]*)\}")
_HERE = re.compile(r"<<-?(\w+)\n(.*?)\s*\1\s*$", re.S)
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_LOOKUP = re.compile(r'\b(?:lookup|try)\(\s*([A-Za-z_][\w.-]*)\s*,\s*"([\w-]+)"')
_KEYED = re.compile(r'(?<=[\w\]])\["([\w-]+)"\]')
# The same instance as the one that refers to it.
_SAME = re.compile(r"\[(?:count\.index|each\.(?:key|value)|\*)\]")
_LOOP = re.compile(r"^\{\s*for\s[^:]*?\bin\s+(.+?)\s+:", re.S)
_CALLS = ("merge", "jsonencode", "tomap", "coalesce", "try")
_SCOPES = ("var", "local", "each")


class Files:
    """The files of a root module, and of those that it calls. `there`: whether there are any."""

    def __init__(self, folder: Path) -> None:
        self._folders = _module_folders(folder)
        self._modules: dict[str, Mapping[str, Any]] = {}
        self.there = any(folder.glob("*.tf"))

    def local(self, module: str, name: str) -> Any:
        """The expression of a local, None when it is not known. Raises UsageError."""
        for block in mappings(self._read(module).get("locals")):
            if name in block:
                return expression(block[name])
        return None

    def argument(self, module: str, call: str, name: str) -> Any:
        """The expression that a module gives to another one for a variable."""
        found = mapping(_labelled(self._read(module), "module", call)).get(name)
        return None if found is None else expression(found)

    def loop(self, module: str, kind: str, *labels: str) -> Any:
        """What a resource or a module call goes over (`for_each`)."""
        found = mapping(_labelled(self._read(module), kind, *labels)).get("for_each")
        return None if found is None else expression(found)

    def resource(self, module: str, kind: str, type: str, name: str) -> dict[str, Any]:
        """The expressions of a `resource` or `data`, its dynamic blocks among them (`dynamic`).

        A dynamic block is {"over": what it goes over, "named": its iterator, "of": expressions}.
        """
        return _block(mapping(_labelled(self._read(module), kind, type, name)))

    def _read(self, address: str) -> Mapping[str, Any]:
        """The blocks of a module's files by their kind."""
        name = re.sub(r"\[[^\]]*\]", "", address).replace("module.", "")
        if name not in self._modules:
            folder = self._folders.get(name)
            made: dict[str, list[Any]] = {}
            for file in sorted(folder.glob("*.tf")) if folder else ():
                for kind, blocks in _parsed(file).items():
                    made.setdefault(kind, []).extend(mappings(blocks))
            self._modules[name] = made
        return self._modules[name]


def _module_folders(root: Path) -> dict[str, Path]:
    """Folders by the names of the modules on the way to them, with dots between."""
    file = root / _MODULES
    known = {"": root}
    try:
        listed = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    except ValueError:
        return known
    for module in mappings(mapping(listed).get("Modules")):
        known[str(module.get("Key"))] = root / str(module.get("Dir"))
    return known


def expression(tree: Any) -> dict[str, Any]:
    """A value as the parser gives it, in the form of a plan's expressions."""
    if isinstance(tree, dict):
        entries = {_bare(key): expression(one) for key, one in tree.items() if _own(key)}
        return {"entries": entries}
    if isinstance(tree, list):
        items = [expression(one) for one in tree]
        if all("constant_value" in one for one in items):
            return {"constant_value": [one["constant_value"] for one in items]}
        return {"items": items}
    if not isinstance(tree, str):
        return {"constant_value": tree}
    if tree.startswith("${"):
        return _evaluated(tree)
    text = tree[1:-1] if tree.startswith('"') else tree
    here = _HERE.match(text)
    plain = (lambda part: part) if here else _unescaped
    parts = _INTERPOLATED.split(here.group(2) if here else text)
    if len(parts) == 1:
        return {"constant_value": plain(parts[0])}
    known = [
        _evaluated("${" + part + "}") if at % 2 else {"constant_value": plain(part)}
        for at, part in enumerate(parts)
        if part
    ]
    return {"parts": known}


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"', strict=False))
    except ValueError:
        return text


def names(one: Any) -> list[str]:
    """What an expression refers to, in all that it holds."""
    if isinstance(one, list):
        return [name for item in one for name in names(item)]
    if not isinstance(one, dict):
        return []
    own = one.get("references")
    if isinstance(own, list):
        return [str(name) for name in own]
    return [name for item in one.values() for name in names(item)]


def _evaluated(text: str) -> dict[str, Any]:
    body = text[2:-1].strip() if text.startswith("${") and text.endswith("}") else text
    loop = _LOOP.match(body)
    if loop is not None:
        return _evaluated("${" + loop.group(1) + "}")
    call = re.match(rf"({'|'.join(_CALLS)})\((.*)\)$", body, re.S)
    if call is not None:
        given = _arguments(call.group(2))
        if call.group(1) == "merge" and given:
            return {"merged": [expression(one) for one in given]}
        if given and isinstance(given[0], dict | list):
            return expression(given[0])
    return {"references": list(dict.fromkeys(_referred(text)))}


def _referred(text: str) -> Iterator[str]:
    text = _LOOKUP.sub(r"\1.\2", text)
    text = _SAME.sub("", text)
    # Indexes of resources stay; of values they are one more attribute.
    text = re.sub(
        rf"\b(?:{'|'.join(_SCOPES)})\.[\w.\[\]\"-]+", lambda m: _KEYED.sub(r".\1", m[0]), text
    )
    for match in _NAME.finditer(_TEXT.sub(_interpolated, text)):
        yield match.group(0).replace("\0", '"')


def _interpolated(match: re.Match[str]) -> str:
    """Of a text in an expression only what it interpolates counts, and all where it is an index."""
    text = match.group(0)
    if not match.string[: match.start()].endswith("["):
        text = " ".join(_INTERPOLATED.findall(text))
    return text.replace('"', "\0")


def _arguments(text: str) -> list[Any]:
    try:
        return list(_load(f"given = [{text.rstrip().rstrip('.')}]\n").get("given", []))
    except UsageError:
        return []


def _block(body: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, one in body.items():
        if key == "dynamic":
            made["dynamic"] = dict(_dynamic(one))
        elif isinstance(one, list) and one and all("__is_block__" in mapping(b) for b in one):
            made[key] = [_block(inner) for inner in one]
        elif _own(key):
            made[key] = expression(one)
    return made


def _dynamic(blocks: Any) -> Iterator[tuple[str, Any]]:
    for block in mappings(blocks):
        for label, body in block.items():
            content = next(iter(mappings(mapping(body).get("content"))), {})
            if _own(label):
                yield (
                    _bare(label),
                    {
                        "over": expression(mapping(body).get("for_each")),
                        "named": str(mapping(body).get("iterator") or _bare(label)).strip("${}"),
                        "of": _block(content),
                    },
                )


def _labelled(module: Mapping[str, Any], kind: str, *labels: str) -> Any:
    for block in mappings(module.get(kind)):
        found: Any = block
        for label in labels:
            found = mapping(found).get(f'"{label}"')
        if found is not None:
            return found
    return None


def _parsed(file: Path) -> dict[str, Any]:
    try:
        return _load(file.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, UsageError):
        return {}  # Terraform itself has read it: it is our parser that cannot


def _load(text: str) -> dict[str, Any]:
    import hcl2  # a grammar that only those need who have a plan
    from lark.exceptions import LarkError

    try:
        return dict(hcl2.loads(text))
    except LarkError as error:
        raise UsageError(str(error)) from error


def _own(key: str) -> bool:
    return not key.startswith("__")


def _bare(key: str) -> str:
    return str(key).strip('"')
