"""Find the CPython that a Lambda runtime names."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from harness.errors import TargetError

_RUNTIME = re.compile(r"python(3\.\d+)")
# A virtual environment's python names the one behind it: its packages must not be seen.
_ASK = (
    "import sys; print('%d.%d' % sys.version_info[:2], sys.implementation.name); "
    "print(getattr(sys, '_base_executable', sys.executable))"
)


@cache
def find_interpreter(runtime: str) -> Path:
    """The interpreter for a runtime identifier such as `python3.12`, run once to be sure.

    Raises TargetError when the runtime is none of Python's, or is not installed.
    """
    match = _RUNTIME.fullmatch(runtime)
    if match is None:
        raise TargetError(
            f"runtime {runtime!r} cannot run locally; the local target runs python3.8, "
            "nodejs18.x and later, and others whose runtime client [local.runtimes] names"
        )
    version = match.group(1)
    for path in _candidates(version):
        found = _asked(path, version)
        if found is not None:
            return found
    raise TargetError(
        f"python{version} is not installed; install it (`pyenv install {version}`, "
        f"`uv python install {version}` or your system's packages) or build for another runtime"
    )


def _candidates(version: str) -> Iterator[Path]:
    name = f"python{version}"
    found = shutil.which(name)
    if found is not None:
        yield Path(found)
    home = Path.home()
    pyenv = Path(os.environ.get("PYENV_ROOT") or home / ".pyenv")
    data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR") or data / "uv" / "python")
    yield from sorted(pyenv.glob(f"versions/{version}.*/bin/{name}"), reverse=True)
    yield from sorted(uv.glob(f"cpython-{version}.*/bin/{name}"), reverse=True)
    yield Path("/usr/local/bin", name)
    yield Path("/usr/bin", name)


def _asked(path: Path, version: str) -> Path | None:
    """The interpreter itself, if it runs at all: pyenv has shims for versions not chosen."""
    if not path.is_file():
        return None
    try:
        done = subprocess.run(
            [path, "-I", "-S", "-c", _ASK], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    told, _, executable = done.stdout.partition("\n")
    return Path(executable.strip()) if told.split() == [version, "cpython"] else None
