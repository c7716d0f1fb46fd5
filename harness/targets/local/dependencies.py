"""The packages that a Python function sees: its own requirements, and those of the Lambda runtime.

Lambda keeps boto3 and the runtime client in /var/runtime, behind everything the function brings
(https://docs.aws.amazon.com/lambda/latest/dg/python-package.html, "search path").
"""

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.errors import TargetError
from harness.model import Function
from harness.targets.local.hosts import host_of
from harness.targets.local.installing import filled

_RUNTIME_PACKAGES = ("boto3", "awslambdaric")


def search_path(function: Function, interpreter: Path, cache: Path) -> tuple[Path, ...]:
    """The folders behind the task root, in Lambda's order: dependencies, layers, the runtime.

    Installs what is not in `cache` yet. Raises TargetError when a package cannot be had.
    """
    folders: list[Path] = []
    requirements = None if function.code is None else function.code / "requirements.txt"
    if requirements is not None and not function.built and requirements.is_file():
        folders += _required(requirements, function, interpreter, cache)
    for layer in function.layers:
        folders += [layer / "python" / "lib" / function.runtime / "site-packages"]
        folders += [layer / "python"]
    host = host_of(function)
    if host is None:
        return (*folders, runtime_folder(function.runtime, interpreter, cache))
    if not host.packages:
        return tuple(folders)
    folder = cache / "envs" / f"{function.runtime}-{function.provider}"
    what = f"the {function.provider} runtime"
    return (*folders, _installed(folder, interpreter, host.packages, what=what))


def runtime_folder(runtime: str, interpreter: Path, cache: Path) -> Path:
    """Our /var/runtime: boto3 and the runtime interface client, shared by all functions."""
    folder = cache / "envs" / f"{runtime}-runtime"
    return _installed(folder, interpreter, _RUNTIME_PACKAGES, what=f"the {runtime} runtime")


def _required(
    requirements: Path, function: Function, interpreter: Path, cache: Path
) -> Iterator[Path]:
    lines = sorted(
        line.strip()
        for line in requirements.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    )
    if not lines:
        return
    text = "\n".join((function.runtime, *lines))
    key = hashlib.sha256(text.encode()).hexdigest()[:20]
    yield _installed(
        cache / "envs" / key, interpreter, ("-r", str(requirements)), what=str(requirements)
    )


def _installed(folder: Path, interpreter: Path, packages: Sequence[str], *, what: str) -> Path:
    def fill(build: Path) -> None:
        _install(build, interpreter, packages, what=what)

    return filled(folder, fill, what=what)


def _install(folder: Path, interpreter: Path, packages: Sequence[str], *, what: str) -> None:
    done = subprocess.run(
        [*_installer(interpreter), "--target", str(folder), *packages],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
        errors = [line for line in lines if line.lower().startswith("error")]
        reason = (errors or lines or [f"exit status {done.returncode}"])[-1]
        raise TargetError(
            f"cannot install {what} for {interpreter}: {reason}; "
            "mend the requirements, or run `sam build` and test its result"
        )


def _installer(interpreter: Path) -> list[str]:
    """pip of the harness acting on the function's interpreter, which may have no pip itself."""
    if importlib.util.find_spec("pip") is not None:
        quiet = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore"]
        return [sys.executable, "-m", "pip", "--python", str(interpreter), "install", *quiet]
    uv = shutil.which("uv")
    if uv is not None:
        return [uv, "pip", "install", "--quiet", "--python", str(interpreter)]
    raise TargetError(
        f"neither pip nor uv is there to install packages; run `{sys.executable} -m ensurepip`"
    )
