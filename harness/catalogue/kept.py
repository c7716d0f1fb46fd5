"""What loading the catalogue made, kept for the next start as Python keeps its bytecode.

To read and check some three hundred files takes longer than to start all else.
"""

import contextlib
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from harness.catalogue.paths import contracts_folder

T = TypeVar("T")

_PACKAGE = Path(__file__).parents[1]
# Where the code and the data stand that decide what loading makes of a file.
_DECIDING = (
    *(_PACKAGE / name for name in ("catalogue", "codecs", "model")),
    contracts_folder(),
)


def kept(load: Callable[..., T], *folders: Path) -> T:
    """What `load(*folders)` returns; as it was kept where nothing below the folders changed.

    One file for each `load` and folders, in the cache folder of the user (XDG base directories),
    believed only when it is the user's own. Without a place to keep it, it is loaded each time.
    Raises what `load` raises.
    """
    name = hashlib.sha256("\0".join(map(str, folders)).encode()).hexdigest()[:16]
    place = _folder() / f"{load.__name__}-{name}.pickle"
    stamp = _stamp((*_DECIDING, *folders))
    # Exception: whatever a file that was cut short, or another version's, makes of it.
    with contextlib.suppress(Exception), place.open("rb") as file:
        if os.fstat(file.fileno()).st_uid == os.getuid() and file.read(len(stamp)) == stamp:
            made: T = pickle.load(file)
            return made
    made = load(*folders)
    with contextlib.suppress(OSError):
        _keep(place, stamp + pickle.dumps(made, pickle.HIGHEST_PROTOCOL))
    return made


def _folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "faasfuzz" / "catalogue"


def _stamp(folders: tuple[Path, ...]) -> bytes:
    """Digest (32 bytes) of the names, sizes and times of every file below the folders."""
    digest = hashlib.sha256(sys.version.encode())
    for folder in folders:
        for line in sorted(_files(folder)):
            digest.update(line.encode(errors="surrogateescape"))
    return digest.digest()


def _files(folder: Path) -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _files(Path(entry.path))
        else:
            found = entry.stat()
            yield f"{entry.path}\0{found.st_size}\0{found.st_mtime_ns}\n"


def _keep(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(place)
    except OSError:
        Path(name).unlink()
        raise
