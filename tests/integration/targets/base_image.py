"""Lambda base images made of this machine's own Python and Node.js: no registry is needed.

They have the shape of AWS's (https://docs.aws.amazon.com/lambda/latest/dg/python-image.html): code
in /var/task, boto3 and the unmodified awslambdaric in /var/runtime behind a bootstrap, the entry
point that runs the bootstrap behind the emulator or, in Lambda, alone, and a shell with a few
commands.
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
from harness.targets.local.node import find_node

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
_NODE_BOOTSTRAP = """#!/bin/sh
exec /var/lang/bin/node --expose-gc /var/runtime/index.js
"""
# What aws-lambda-ric does with a handler that is an async function.
_NODE_CLIENT = """
const http = require('http');
const { request } = http;
const [name, exported] = process.env._HANDLER.split('.');
const handler = require(`${process.env.LAMBDA_TASK_ROOT}/${name}`)[exported];
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');

function asked(method, path, body) {
  return new Promise((resolve, reject) => {
    const to = { host, port, method, path: `/2018-06-01/runtime/invocation/${path}` };
    const sent = request(to, (answer) => {
      const parts = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', () => resolve([answer.headers, Buffer.concat(parts).toString()]));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

(async () => {
  for (;;) {
    const [headers, event] = await asked('GET', 'next');
    const id = headers['lambda-runtime-aws-request-id'];
    globalThis[Symbol.for('aws.lambda.runtime.requestId')] = id;
    try {
      const told = await handler(JSON.parse(event), { awsRequestId: id });
      await asked('POST', `${id}/response`, JSON.stringify(told ?? null));
    } catch (error) {
      const told = { errorType: error.name, errorMessage: error.message, trace: [error.stack] };
      await asked('POST', `${id}/error`, JSON.stringify(told));
    }
  }
})();
"""
_COMMANDS = (
    "sh", "cat", "chmod", "echo", "env", "expr", "id", "ls", "mv", "printf", "sleep", "touch",
    "true",
)  # fmt: skip
_LEFT_OUT = {
    "ensurepip", "idlelib", "lib2to3", "site-packages", "dist-packages", "test", "tests", "tkinter",
    "turtledemo", "unittest", "pydoc_data", "distutils", "config-3.11-x86_64-linux-gnu",
}  # fmt: skip
# Of botocore's 100 MB, what the functions of the tests call.
_SERVICES = {"dynamodb", "s3", "sns", "sqs", "sts"}


def imported(client: Any, language: str = "python") -> str:
    """The image's name, once it is in the engine; its name changes with what it is made of."""
    made_of = sys.version + Path(__file__).read_text()
    tag = hashlib.sha256(made_of.encode()).hexdigest()[:12]
    repository = f"faasfuzz-test/{language}"
    with Path(tempfile.gettempdir(), f"faasfuzz-test-{language}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not client.images.list(f"{repository}:{tag}"):
            with tempfile.TemporaryDirectory() as folder:
                archive = Path(folder, "root.tar")
                changes = (write_node if language == "node" else write)(archive)
                client.api.import_image_from_file(
                    str(archive), repository=repository, tag=tag, changes=changes
                )
    return f"{repository}:{tag}"


def write_node(archive: Path) -> list[str]:
    """The same for this machine's own Node.js, with a client in the manner of aws-lambda-ric."""
    node = find_node("nodejs20.x").path.resolve()
    shell = Path(shutil.which("sh") or "/bin/sh")
    with tarfile.open(archive, "w") as tar:
        _skeleton(tar)
        for path in {node, shell, *_libraries([node, shell])}:
            tar.add(path.resolve(), str(path))
        _link(tar, "var/lang/bin/node", str(node))
        _link(tar, "bin/sh", str(shell))
        _file(tar, "var/runtime/bootstrap", _NODE_BOOTSTRAP)
        _file(tar, "var/runtime/index.js", _NODE_CLIENT)
    return [
        "ENV PATH=/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "ENV LAMBDA_TASK_ROOT=/var/task",
        "ENV LAMBDA_RUNTIME_DIR=/var/runtime",
        "WORKDIR /var/task",
        'ENTRYPOINT ["/lambda-entrypoint.sh"]',
    ]


def write(archive: Path) -> list[str]:
    """Write the root file system as a tar; gives the Dockerfile lines that belong to it."""
    python = Path(sys.executable).resolve()
    stdlib = Path(sysconfig.get_paths()["stdlib"])
    runtime = runtime_folder(RUNTIME, Path(sys.executable), cache_folder())
    extensions = [*(stdlib / "lib-dynload").glob("*.so"), *runtime.rglob("*.so")]
    commands = [Path(found) for name in _COMMANDS if (found := shutil.which(name))]
    with tarfile.open(archive, "w") as tar:
        _skeleton(tar)
        for path in {python, *commands, *_libraries([python, *extensions, *commands])}:
            tar.add(path.resolve(), str(path))
        tar.add(stdlib, str(stdlib), filter=_needed)
        tar.add(runtime, "/var/runtime", filter=_needed)
        _link(tar, "var/lang/bin/python3", str(python))
        _link(tar, "bin/sh", shutil.which("sh") or "/bin/sh")
        _file(tar, "var/runtime/bootstrap", _BOOTSTRAP)
    return [
        "ENV PATH=/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "ENV LAMBDA_TASK_ROOT=/var/task",
        "ENV LAMBDA_RUNTIME_DIR=/var/runtime",
        f"ENV PYTHONHOME={sys.base_prefix}",
        "WORKDIR /var/task",
        'ENTRYPOINT ["/lambda-entrypoint.sh"]',
    ]


def _skeleton(tar: tarfile.TarFile) -> None:
    for folder in ("tmp", "var/task", "opt", "proc", "sys", "dev", "etc", "usr/local/bin"):
        _folder(tar, folder, mode=0o1777 if folder == "tmp" else 0o755)
    _file(tar, "etc/passwd", "root:x:0:0::/root:/bin/sh\n")
    _file(tar, "etc/hosts", "127.0.0.1 localhost\n")
    _file(tar, "lambda-entrypoint.sh", _ENTRY)


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
