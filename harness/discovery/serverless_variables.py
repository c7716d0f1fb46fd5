"""The Serverless Framework's variables: `${self:custom.name, 'default'}`.

https://github.com/oss-serverless/osls/blob/main/docs/guides/variables.md
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from harness.discovery.loading import line_of, load_any, standing_at
from harness.discovery.parameters import ACCOUNT, REGION, placeholder
from harness.discovery.shapes import mapping
from harness.errors import UsageError

_INNERMOST = re.compile(r"\$\{([^${}]*)\}")
# `${AWS::Region}` and `${Table.Arn}` are CloudFormation's.
_VARIABLE = re.compile(r"^\s*(\w+)(?:\(([^)]*)\))?\s*(?::(?!:)\s*(.*?))?\s*$", re.DOTALL)
_PART = re.compile(r"""((?:"[^"]*"|'[^']*'|\([^)]*\)|[^,])+)""")
_KEPT = "\0{}\0"
_LITERALS = {"true": True, "false": False, "null": None}
_WITHOUT_ADDRESS = ("file", "strToBool")
_DEEPEST = 40


class Missing(Exception):
    """A variable has no value, and none to fall back to."""


class Variables:
    """Replaces variables in a service's configuration.

    `options` are the values of `${opt:...}` and `${param:...}`. `notes` tell where a value was made
    up; `origin` gives the file of a key that was read from another file.
    """

    def __init__(self, document: Mapping[str, Any], path: Path, options: Mapping[str, Any]) -> None:
        self._document = document
        self._path = path
        self._options = options
        self._files: dict[Path, Any] = {}
        self._origins: dict[int, Path] = {}
        self._depth = 0
        self.notes: list[str] = []
        self._sources: Mapping[str, Callable[[str, str], Any]] = {
            "self": self._self,
            "opt": self._option,
            "env": self._environment,
            "file": self._file,
            "param": self._parameter,
            "sls": lambda _, name: self.stage if name == "stage" else "a1b2c3",
            "aws": lambda _, name: {"region": self.region, "accountId": ACCOUNT}.get(name),
        }
        self.stage, self.region = "dev", REGION
        self.stage = self._setting("stage", self.stage)
        self.region = self._setting("region", self.region)

    def resolve(self, node: Any) -> Any:
        """The node with every variable in it replaced. Raises UsageError for a circle."""
        if isinstance(node, dict):
            made = {key: self.resolve(value) for key, value in node.items()}
            return standing_at(node, made)
        if isinstance(node, list):
            return [self.resolve(item) for item in node]
        return self._text(node) if isinstance(node, str) and "${" in node else node

    def origin(self, key: Any) -> Path | None:
        """The file that a key was read from, None for the service's own."""
        return self._origins.get(id(key))

    def _setting(self, name: str, default: str) -> str:
        if name in self._options:
            return str(self._options[name])
        declared = mapping(self._document.get("provider")).get(name)
        return str(self.resolve(declared) or default)

    def _text(self, text: str) -> Any:
        kept: list[str] = []
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UsageError(
                f"variables go in a circle at {text}",
                path=self._path,
                line=line_of(text),
                mend="let one of them stand for a value",
            )
        while (match := _INNERMOST.search(text)) is not None:
            parts = [part.strip() for part in _PART.findall(match.group(1))]
            first = _VARIABLE.match(parts[0]) if parts else None
            if first is None or (first.group(3) is None and first.group(1) not in _WITHOUT_ADDRESS):
                kept.append(match.group(0))
                value: Any = _KEPT.format(len(kept) - 1)
            else:
                value = self._first(parts)
            if match.span() == (0, len(text)):
                text = value
                break
            text = text[: match.start()] + _shown(value) + text[match.end() :]
        self._depth -= 1
        for number, original in enumerate(kept):
            text = text.replace(_KEPT.format(number), original) if isinstance(text, str) else text
        return text

    def _first(self, alternatives: list[str]) -> Any:
        """The first alternative that has a value; a made-up one when there is none."""
        for alternative in alternatives:
            if alternative[:1] in "'\"":
                return alternative[1:-1]
            if alternative in _LITERALS:
                return _LITERALS[alternative]
            if re.fullmatch(r"-?\d+(\.\d+)?", alternative):
                return float(alternative) if "." in alternative else int(alternative)
            match = _VARIABLE.match(alternative)
            if match is not None:
                name, argument, address = match.groups(default="")
                if name == "strToBool":
                    return argument.strip("'\"").lower() in ("true", "1")
                try:
                    value = self._sources.get(name, _elsewhere)(argument, address)
                except Missing:
                    continue
                if value is not None:
                    return self.resolve(value)
        settings = {"opt:stage": self.stage, "opt:region": self.region}
        return settings.get(alternatives[0]) or self._made_up(alternatives[0])

    def _made_up(self, variable: str) -> str:
        made = placeholder(re.split(r"[:/.]", variable.rstrip("}/"))[-1])
        note = f"${{{variable}}} is not known here; {made!r} is used"
        if note not in self.notes:
            self.notes.append(note)
        return made

    def _self(self, _: str, address: str) -> Any:
        return self._within(self._document, address)

    def _within(self, value: Any, address: str) -> Any:
        for key in filter(None, address.split(".")):
            value = self._text(value) if isinstance(value, str) and "${" in value else value
            if isinstance(value, list) and key.isdigit() and int(key) < len(value):
                value = value[int(key)]
            elif isinstance(value, dict) and key in value:
                value = value[key]
            else:
                raise Missing
        return value

    def _option(self, _: str, name: str) -> Any:
        return self._options.get(name)

    def _environment(self, _: str, name: str) -> Any:
        return os.environ.get(name)

    def _parameter(self, _: str, name: str) -> Any:
        """https://github.com/oss-serverless/osls/blob/main/docs/guides/parameters.md"""
        if name in self._options:
            return self._options[name]
        by_stage = mapping(self._document.get("params"))
        stages = mapping(self._document.get("stages"))
        for stage in (self.stage, "default"):
            for holder in (by_stage.get(stage), mapping(stages.get(stage)).get("params")):
                if name in mapping(holder):
                    return mapping(holder)[name]
        return None

    def _file(self, name: str, address: str) -> Any:
        """A file beside the service: data, or else text. Programs are not run."""
        path = (self._path.parent / name.strip().strip("'\"")).resolve()
        if path.suffix in (".js", ".cjs", ".mjs", ".ts"):
            raise Missing
        if path not in self._files:
            if not path.is_file():
                raise Missing
            self._files[path] = load_any(path)
            self._remember(self._files[path], path)
        return self._within(self._files[path], address)

    def _remember(self, node: Any, path: Path) -> None:
        if isinstance(node, dict):
            for key, value in node.items():
                self._origins[id(key)] = path
                self._remember(value, path)
        elif isinstance(node, list):
            for item in node:
                self._remember(item, path)


def _elsewhere(_: str, __: str) -> Any:
    """Of ssm, s3, cf, vault, git and the like only a deployment knows."""
    raise Missing


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
