"""Real database servers for tests: PostgreSQL and MariaDB, each in a folder of its own."""

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

_SECONDS = 60.0


def _program(name: str) -> Path:
    """Where a server's program is; Debian keeps PostgreSQL's out of the path."""
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True), Path("/usr/sbin")]
    found = shutil.which(name) or next((p / name for p in places if (p / name).exists()), None)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return Path(found)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def _server(command: Sequence[str | Path], folder: Path, port: int, user: str) -> Iterator[None]:
    log = folder / "log"
    with log.open("wb") as out:
        running = subprocess.Popen(
            list(map(str, command)), stdout=out, stderr=out, user=_other(user), cwd=folder
        )
    try:
        until = time.monotonic() + _SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert running.poll() is None, log.read_text(errors="replace")
                assert time.monotonic() < until, log.read_text(errors="replace")
                time.sleep(0.05)
        yield
    finally:
        running.terminate()
        running.wait(_SECONDS)


def _other(user: str) -> str | None:
    return None if user == getpass.getuser() else user


@contextmanager
def _folder(user: str) -> Iterator[Path]:
    # pytest's own folders are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="faasfuzz-db-"))
    shutil.chown(folder, user)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgresql() -> Iterator[str]:
    """A server that lets everybody in as `tester`; gives `postgresql://tester@HOST:PORT/postgres`."""
    initdb, port = _program("initdb"), _free_port()
    # It refuses to run as root; Debian's package makes this user.
    user = "postgres" if os.getuid() == 0 else getpass.getuser()
    with _folder(user) as folder:
        data = folder / "data"
        subprocess.run(
            [initdb, "-D", data, "-U", "tester", "-A", "trust", "--no-sync", "-E", "UTF8"],
            user=_other(user), cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
        command = [
            initdb.with_name("postgres"), "-D", data, "-p", str(port), "-k", "",
            "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
        ]  # fmt: skip
        with _server(command, folder, port, user):
            yield f"postgresql://tester@127.0.0.1:{port}/postgres"


@contextmanager
def mariadb() -> Iterator[int]:
    """A server that lets everybody in, with a schema `test`; gives its port on 127.0.0.1."""
    server, port, user = _program("mariadbd"), _free_port(), pwd.getpwuid(os.getuid()).pw_name
    with _folder(user) as folder:
        made = ["--no-defaults", f"--user={user}", f"--datadir={folder / 'data'}"]
        subprocess.run(
            [_program("mariadb-install-db"), *made, "--auth-root-authentication-method=normal"],
            cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
        command = [
            server, *made, "--skip-grant-tables", "--skip-networking=0", f"--port={port}",
            "--bind-address=127.0.0.1", f"--socket={folder / 'socket'}",
            "--innodb-flush-log-at-trx-commit=0",
        ]  # fmt: skip
        with _server(command, folder, port, user):
            yield port
