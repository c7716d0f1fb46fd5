"""The modules that a Node.js function sees: its own packages, layers, and its platform's.

Lambda's bootstrap sets NODE_PATH to /opt/nodejs/nodeNN/node_modules, /opt/nodejs/node_modules and
/var/runtime/node_modules, where the AWS SDK for JavaScript v3 lies
(https://docs.aws.amazon.com/lambda/latest/dg/nodejs-package.html). That SDK has hundreds of
clients: only those are installed which the code names.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import TargetError
from harness.model import Function
from harness.targets.local.hosts import host_of
from harness.targets.local.installing import filled
from harness.targets.local.node import Node

_LOCKS = ("npm-shrinkwrap.json", "package-lock.json")
_SOURCES = (".js", ".cjs", ".mjs")
_SDK = re.compile(rb"""['"`](@(?:aws-sdk|smithy)/[a-z0-9-]+)['"`/]""")
_SDK_V2 = re.compile(rb"""['"`](aws-sdk)['"`/]""")
_IMPORTS = re.compile(rb"\bimport\s*[({\w*'\"]")
_LARGEST = 8 << 20
RIC = "aws-lambda-ric"


@dataclass(frozen=True, slots=True, kw_only=True)
class Modules:
    """`folders` for NODE_PATH, in order; `imports`: whether the code has ES modules or import()."""

    folders: tuple[Path, ...]
    imports: bool


def find_modules(function: Function, code: Path, node: Node, cache: Path) -> Modules:
    """Where the function's modules are. Installs what is not in `cache` yet.

    Raises TargetError when a package cannot be had.
    """
    manifest = _manifest(code / "package.json")
    folders: list[Path] = []
    if not function.built and manifest.get("dependencies") and not _has_modules(code):
        folders.append(_declared(code, node, cache) / "node_modules")
    for layer in function.layers:
        folders += [layer / "nodejs" / f"node{node.major}" / "node_modules"]
        folders += [layer / "nodejs" / "node_modules"]
    named, imports = _named(code, v2=_old(function.runtime))
    missing = sorted(
        name
        for name in named
        if name not in manifest.get("dependencies", {})
        and not any((folder / name).is_dir() for folder in (code / "node_modules", *folders))
    )
    if missing:
        folders.append(_packages(missing, node, cache, what="the AWS SDK") / "node_modules")
    host = host_of(function)
    for name in () if host is None else host.packages:
        if not any((folder / name).is_dir() for folder in (code / "node_modules", *folders)):
            what = f"the {function.provider} runtime"
            folders.append(_packages([name], node, cache, what=what) / "node_modules")
    return Modules(folders=tuple(folders), imports=imports or manifest.get("type") == "module")


def ric_program(code: Path, folders: Sequence[Path], node: Node, cache: Path) -> Path:
    """The unmodified aws-lambda-ric: the function's own, else one installed (and built) for it.

    Raises TargetError where it cannot be built.
    """
    for folder in (code / "node_modules", *folders):
        program = folder / RIC / "bin" / "index.mjs"
        if program.is_file():
            return program
    installed = _packages([RIC], node, cache, what=RIC)
    return installed / "node_modules" / RIC / "bin" / "index.mjs"


def _manifest(path: Path) -> dict[str, Any]:
    try:
        read = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise TargetError(f"cannot read {path}: {error}; it must be JSON") from error
    if not isinstance(read, dict) or not isinstance(read.get("dependencies", {}), dict):
        raise TargetError(f"{path} is no package.json: it must be an object, its dependencies too")
    return read


def _has_modules(code: Path) -> bool:
    return (code / "node_modules").is_dir()


def _old(runtime: str) -> bool:
    """Whether a runtime brought version 2 of the SDK."""
    return runtime in ("nodejs12.x", "nodejs14.x", "nodejs16.x")


def _named(code: Path, *, v2: bool) -> tuple[set[str], bool]:
    """(packages of the SDK that the sources name, whether any has an import)."""
    names: set[str] = set()
    imports = False
    for path in _sources(code):
        text = path.read_bytes()
        names |= {name.decode() for name in _SDK.findall(text)}
        if v2:
            names |= {name.decode() for name in _SDK_V2.findall(text)}
        imports = imports or path.suffix == ".mjs" or _IMPORTS.search(text) is not None
    return names, imports


def _sources(code: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(code):
        folders[:] = [f for f in folders if f != "node_modules" and not f.startswith(".")]
        for name in files:
            path = Path(folder, name)
            if path.suffix in _SOURCES and path.is_file() and path.stat().st_size < _LARGEST:
                yield path


def _declared(code: Path, node: Node, cache: Path) -> Path:
    """What package.json asks for, by its lock where it has one."""
    lock = next((code / name for name in _LOCKS if (code / name).is_file()), None)
    given = [code / "package.json", *([lock] if lock else []), code / ".npmrc"]
    given = [path for path in given if path.is_file()]
    key = _key(node, *(path.read_bytes() for path in given))

    def fill(build: Path) -> None:
        for path in given:
            shutil.copy(path, build / path.name)
        _npm(["ci" if lock else "install"], build, node, what=str(code / "package.json"))
        (build / "node_modules").mkdir(exist_ok=True)

    return filled(cache / "envs" / key, fill, what=str(code / "package.json"))


def _packages(names: Sequence[str], node: Node, cache: Path, *, what: str) -> Path:
    def fill(build: Path) -> None:
        (build / "package.json").write_text('{"private": true}')
        _npm(["install", *names], build, node, what=what)

    return filled(cache / "envs" / _key(node, *(n.encode() for n in names)), fill, what=what)


def _key(node: Node, *parts: bytes) -> str:
    digest = hashlib.sha256(b"\0".join((f"node{node.major}".encode(), *parts)))
    return digest.hexdigest()[:20]


def _npm(arguments: Sequence[str], folder: Path, node: Node, *, what: str) -> None:
    path = f"{node.path.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    npm = shutil.which("npm", path=path)
    if npm is None:
        raise TargetError("npm is not there to install packages; it comes with Node.js")
    quiet = ("--omit=dev", "--no-audit", "--no-fund", "--loglevel=error")
    done = subprocess.run(
        [npm, *arguments, *quiet],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        lines = [line.removeprefix("npm error ").strip() for line in done.stderr.splitlines()]
        told = [line for line in lines if line and not line.startswith(("code ", "A complete log"))]
        raise TargetError(
            f"cannot install {what} for Node.js {node.major}: "
            f"{(told or [f'exit status {done.returncode}'])[0]}; "
            "mend package.json, or run `sam build` and test its result"
        )
