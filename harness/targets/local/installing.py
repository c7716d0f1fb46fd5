"""Folders of installed packages, kept between campaigns and filled once."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.errors import TargetError


def cache_folder() -> Path:
    """Where installed packages are kept between campaigns (XDG base directories)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "faasfuzz"


def filled(folder: Path, fill: Callable[[Path], None], *, what: str) -> Path:
    """`folder`, filled once: another process sees either nothing or all of it.

    Raises TargetError when it cannot be kept; what `fill` raises goes through.
    """
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _locked(folder.with_suffix(".lock")):
            if folder.is_dir():
                return folder
            build = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
            try:
                fill(build)
                build.chmod(0o755)
                build.rename(folder)
            finally:
                shutil.rmtree(build, ignore_errors=True)
    except OSError as error:
        raise TargetError(f"cannot keep the packages of {what} in {folder}: {error}") from error
    return folder


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
