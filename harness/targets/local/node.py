"""Find the Node.js that a Lambda runtime names."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.errors import TargetError

_RUNTIME = re.compile(r"nodejs(\d+)\.x")
_OLDEST = 18
_ASK = (
    "console.log(process.versions.node); console.log(process.execPath);"
    "console.log(process.allowedNodeEnvironmentFlags.has('--experimental-require-module'));"
    "console.log(process.allowedNodeEnvironmentFlags.has('--experimental-detect-module'))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A Node.js of this machine. `flags` are those by which Lambda starts this version."""

    path: Path
    major: int
    flags: tuple[str, ...]


@cache
def find_node(runtime: str) -> Node:
    """The Node.js for a runtime identifier such as `nodejs20.x`, run once to be sure.

    Where that version is not installed, the nearest newer one, else the newest older one: their
    differences are small beside those of two Pythons. Raises TargetError when there is none from
    18 on.
    """
    match = _RUNTIME.fullmatch(runtime)
    if match is None:
        raise TargetError(
            f"runtime {runtime!r} cannot run locally; the local target runs nodejs18.x and later"
        )
    wanted = int(match.group(1))
    found: dict[int, Node] = {}
    for path in _candidates(wanted):
        node = _asked(path)
        if node is not None and node.major >= _OLDEST:
            if node.major == wanted:
                return node
            found.setdefault(node.major, node)
    newer = [major for major in found if major > wanted]
    if newer:
        return found[min(newer)]
    if found:
        return found[max(found)]
    raise TargetError(
        f"Node.js {wanted} is not installed; install it (`nvm install {wanted}`, "
        f"`fnm install {wanted}` or your system's packages) or build for another runtime"
    )


def _candidates(wanted: int) -> Iterator[Path]:
    """Programs that may be it, those that say so by their name first."""
    home = Path.home()
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    folders = (
        (Path(os.environ.get("NVM_DIR") or home / ".nvm"), "versions/node/v{}*/bin/node"),
        (
            Path(os.environ.get("FNM_DIR") or data / "fnm"),
            "node-versions/v{}*/*/bin/node",
        ),
        (Path(os.environ.get("VOLTA_HOME") or home / ".volta"), "tools/image/node/{}*/bin/node"),
        (Path(os.environ.get("N_PREFIX") or "/usr/local"), "n/versions/node/{}*/bin/node"),
        (Path(os.environ.get("ASDF_DATA_DIR") or home / ".asdf"), "installs/nodejs/{}*/bin/node"),
    )
    for name in (f"node{wanted}", "node"):
        program = shutil.which(name)
        if program is not None:
            yield Path(program)
    for version in (f"{wanted}.", ""):
        for folder, pattern in folders:
            yield from sorted(folder.glob(pattern.format(version)), reverse=True)
    yield from (Path("/usr/local/bin/node"), Path("/usr/bin/node"))


@cache
def _asked(path: Path) -> Node | None:
    """What a program says of itself, if it runs at all."""
    if not path.is_file():
        return None
    try:
        done = subprocess.run(
            [path, "-e", _ASK],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
            env={"PATH": os.environ.get("PATH", "")},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    told = done.stdout.split("\n")
    if len(told) < 4 or not told[0].split(".")[0].isdigit():
        return None
    major = int(told[0].split(".")[0])
    return Node(path=Path(told[1]), major=major, flags=_flags(major, told[2], told[3]))


def _flags(major: int, require_module: str, detect_module: str) -> tuple[str, ...]:
    """What Lambda turns off: https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html,
    "experimental features"."""
    flags = ["--expose-gc", "--max-http-header-size=81920"]
    if require_module == "true" and major in (20, 22):
        flags.append("--no-experimental-require-module")
    if detect_module == "true" and major == 22:
        flags.append("--no-experimental-detect-module")
    return tuple(flags)
