"""Put a runtime's /tmp back to what it was before a call."""

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

# What the import phase left in /tmp is held in memory; more than this is not put back.
_LIMIT = 8 << 20


class TooMuch(Exception):
    """/tmp holds more than is kept, or what cannot be put back (sockets, pipes)."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """An entry: `mark` changes when it is written to; `content` is a file's, or a link's target."""

    mode: int
    mark: tuple[int, ...]
    content: bytes | Path = b""


class Snapshot:
    """The tree below a folder as it is now. Raises TooMuch, and OSError when it cannot be read.

    Folders that are there stay in place: the runtime's mounts may be bound over them.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[Path, _Kept] = {}
        self._room = _LIMIT
        self._anew = False
        self._take(folder)

    def _take(self, folder: Path) -> None:
        for path in folder.iterdir():
            status = path.lstat()
            content: bytes | Path = b""
            if stat.S_ISDIR(status.st_mode):
                self._take(path)
            elif stat.S_ISLNK(status.st_mode):
                content = path.readlink()
            elif stat.S_ISREG(status.st_mode):
                self._room -= status.st_size
                if self._room < 0:
                    raise TooMuch(f"more than {_LIMIT >> 20} MiB in /tmp")
                content = path.read_bytes()
            else:
                raise TooMuch(f"{path.name} in /tmp is no file")
            self._kept[path] = _Kept(status.st_mode, _mark(status), content)

    def put_back(self) -> bool:
        """Remove what is new, restore what was changed or removed. Follows no links.

        False when a file had to be made anew: who has the old one open will not see it. Raises
        OSError for what resists.
        """
        self._anew = False
        self._clear(self._folder)
        for path, kept in self._kept.items():
            if not os.path.lexists(path):
                self._restore(path, kept)
            if not stat.S_ISLNK(kept.mode) and path.lstat().st_mode != kept.mode:
                path.chmod(stat.S_IMODE(kept.mode))
        return not self._anew

    def _clear(self, folder: Path) -> None:
        for path in list(folder.iterdir()):
            kept, status = self._kept.get(path), path.lstat()
            is_folder = stat.S_ISDIR(status.st_mode)
            if kept is None or stat.S_IFMT(kept.mode) != stat.S_IFMT(status.st_mode):
                if is_folder:
                    shutil.rmtree(path)
                else:
                    path.unlink()
            elif is_folder:
                self._clear(path)
            elif _mark(status) != kept.mark:
                self._rewrite(path, kept, status)

    def _rewrite(self, path: Path, kept: _Kept, status: os.stat_result) -> None:
        if status.st_ino != kept.mark[0] or isinstance(kept.content, Path):
            path.unlink()
            return
        # In place: the runtime may have it open.
        with open(os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_NOFOLLOW), "wb") as file:
            file.write(kept.content)
        self._kept[path] = _Kept(kept.mode, _mark(path.lstat()), kept.content)

    def _restore(self, path: Path, kept: _Kept) -> None:
        if not os.path.lexists(path.parent):
            self._restore(path.parent, self._kept[path.parent])
        if stat.S_ISDIR(kept.mode):
            path.mkdir()
        elif isinstance(kept.content, Path):
            path.symlink_to(kept.content)
        else:
            path.write_bytes(kept.content)
            self._anew = True
        self._kept[path] = _Kept(kept.mode, _mark(path.lstat()), kept.content)


def _mark(status: os.stat_result) -> tuple[int, ...]:
    """Changes with the content: the change time cannot be set by a program."""
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
