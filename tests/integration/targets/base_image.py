"""A Lambda base image made of this machine's own Python, where no registry can be reached.

It has the shape of AWS's (https://docs.aws.amazon.com/lambda/latest/dg/python-image.html): code in
/var/task, boto3 and the unmodified awslambdaric in /var/runtime behind a bootstrap, the entry point
that runs the bootstrap behind the emulator or, in Lambda, alone, and a shell with a few commands.
"""

import fcntl
import hashlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from harness.targets.local.dependencies import runtime_folder
from harness.targets.local.installing import cache_folder

RUNTIME = f"python3.{sys.version_info.minor}"
# AWS's own, https://github.com/aws/aws-lambda-base-images (the branch of each runtime).
_ENTRY = """#!/bin/sh
if [ $# -ne 1 ]; then
  echo "entrypoint requires the handler name to be the first argument" 1>&2
  exit 142
fi
export _HANDLER="$1"
if [ -z "${AWS_LAMBDA_RUNTIME_API}" ]; then
  exec /usr/local/bin/aws-lambda-rie /var/runtime/bootstrap
else
  exec /var/runtime/bootstrap
fi
"""
_BOOTSTRAP = """#!/bin/sh
export PYTHONPATH="${PYTHONPATH:+$PYTHONPATH:}/var/task:/opt/python:/var/runtime"
cd "$LAMBDA_TASK_ROOT"
exec /var/lang/bin/python3 -s -m awslambdaric "$_HANDLER"
"""
_COMMANDS = (
    *("sh", "cat", "chmod", "echo", "env", "expr", "id", "ls", "mv", "printf", "sleep", "touch"),
    "true",
)
_LEFT_OUT = {
    "ensurepip", "idlelib", "lib2to3", "site-packages", "dist-packages", "test", "tests", "tkinter",
    "turtledemo", "unittest", "pydoc_data", "distutils", "config-3.11-x86_64-linux-gnu",
}  # fmt: skip
# Of botocore's 100 MB, what the functions of the tests call.
_SERVICES = {"dynamodb", "s3", "sns", "sqs", "sts"}


def imported(client: Any) -> str:
    """The image's name, once it is in the engine; its name changes with what it is made of."""
    made_of = sys.version + Path(__file__).read_text()
    tag = hashlib.sha256(made_of.encode()).hexdigest()[:12]
    name = f"faasfuzz-test/python:{tag}"
    with Path(tempfile.gettempdir(), "faasfuzz-test-image.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not client.images.list(name):
            with tempfile.TemporaryDirectory() as folder:
                archive = Path(folder, "root.tar")
                changes = write(archive)
                client.api.import_image_from_file(
                    str(archive), repository="faasfuzz-test/python", tag=tag, changes=changes
                )
    return name


def write(archive: Path) -> list[str]:
    """Write the root file system as a tar; gives the Dockerfile lines that belong to it."""
    python = Path(sys.executable).resolve()
    stdlib = Path(sysconfig.get_paths()["stdlib"])
    runtime = runtime_folder(RUNTIME, Path(sys.executable), cache_folder())
    extensions = [*(stdlib / "lib-dynload").glob("*.so"), *runtime.rglob("*.so")]
    commands = [Path(found) for name in _COMMANDS if (found := shutil.which(name))]
    with tarfile.open(archive, "w") as tar:
        for folder in ("tmp", "var/task", "opt", "proc", "sys", "dev", "etc", "usr/local/bin"):
            _folder(tar, folder, mode=0o1777 if folder == "tmp" else 0o755)
        for path in {python, *commands, *_libraries([python, *extensions, *commands])}:
            tar.add(path.resolve(), str(path))
        tar.add(stdlib, str(stdlib), filter=_needed)
        tar.add(runtime, "/var/runtime", filter=_needed)
        _link(tar, "var/lang/bin/python3", str(python))
        _link(tar, "bin/sh", shutil.which("sh") or "/bin/sh")
        _file(tar, "etc/passwd", "root:x:0:0::/root:/bin/sh\n")
        _file(tar, "etc/hosts", "127.0.0.1 localhost\n")
        _file(tar, "lambda-entrypoint.sh", _ENTRY)
        _file(tar, "var/runtime/bootstrap", _BOOTSTRAP)
    return [
        "ENV PATH=/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "ENV LAMBDA_TASK_ROOT=/var/task",
        "ENV LAMBDA_RUNTIME_DIR=/var/runtime",
        f"ENV PYTHONHOME={sys.base_prefix}",
        "WORKDIR /var/task",
        'ENTRYPOINT ["/lambda-entrypoint.sh"]',
    ]


def _needed(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    parts = Path(member.name).parts
    if _LEFT_OUT & set(parts) or member.name.endswith((".a", ".opt-1.pyc", ".opt-2.pyc")):
        return None
    if "botocore" in parts and "data" in parts:
        inside = parts[parts.index("data") + 1 :]
        if len(inside) > 1 and inside[0] not in _SERVICES:
            return None
    return member


def _libraries(programs: Iterable[Path]) -> Iterator[Path]:
    """What the dynamic linker loads for them, and itself."""
    told = subprocess.run(["ldd", *map(str, programs)], capture_output=True, text=True, check=False)
    for line in told.stdout.splitlines():
        words = line.split("=>")[-1].split()
        if line.startswith("\t") and words and words[0].startswith("/"):
            yield Path(words[0])


def _folder(tar: tarfile.TarFile, name: str, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.type, member.mode = tarfile.DIRTYPE, mode
    tar.addfile(member)


def _link(tar: tarfile.TarFile, name: str, to: str) -> None:
    if f"/{name}" == to:
        return
    member = tarfile.TarInfo(name)
    member.type, member.linkname = tarfile.SYMTYPE, to
    tar.addfile(member)


def _file(tar: tarfile.TarFile, name: str, text: str) -> None:
    member = tarfile.TarInfo(name)
    member.mode, member.size = 0o755, len(text.encode())
    tar.addfile(member, BytesIO(text.encode()))
