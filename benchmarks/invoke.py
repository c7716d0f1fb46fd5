"""Invocations a second: our runtime clients against the Runtime Interface Emulator, in one run.

    .venv/bin/python benchmarks/invoke.py [calls]
    .venv/bin/python benchmarks/invoke.py fresh

The same handler and event for all, in turn, several rounds. The emulator comes from the aws-sam-cli
wheel and drives the unmodified awslambdaric; the bare pipe loop is the floor: JSON lines to a child
that answers at once. `fresh` compares the ways to a runtime that has handled no call, a fork and a
restart, and a warm call: for a handler that does nothing, and one that imports boto3.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from harness.model import Function
from harness.targets.local import LocalTarget
from harness.targets.local.installing import cache_folder

HANDLER = """
import json

def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"length": len(event["body"])})}
"""
BOTO3 = """
import boto3
TABLE = boto3.resource("dynamodb").Table("t")
"""
LOOP = """
import json, sys
sys.path.insert(0, sys.argv[1])
import app
for line in sys.stdin:
    sys.stdout.write(json.dumps(app.handler(json.loads(line), None)) + "\\n")
    sys.stdout.flush()
"""
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none"}
EVENT = json.dumps({"httpMethod": "POST", "path": "/items", "body": "x" * 900}).encode()
ROUNDS = 5
Call = Callable[[], object]


def emulator_binary() -> Path:
    """The emulator out of the aws-sam-cli wheel, downloaded once."""
    place = cache_folder() / "rie" / "aws-lambda-rie"
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory() as folder:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            subprocess.run([*command, "--dest", folder, "aws-sam-cli"], check=True)
            wheel = next(Path(folder).glob("*.whl"))
            with zipfile.ZipFile(wheel) as archive:
                name = "samcli/local/rapid/aws-lambda-rie-x86_64"
                place.write_bytes(archive.read(name))
        place.chmod(0o755)
    return place


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def emulator(folder: Path, packages: str) -> Iterator[Call]:
    port, api = free_port(), free_port()
    environment = {
        **os.environ,
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "30",
        "LAMBDA_TASK_ROOT": str(folder),
        "PYTHONPATH": f"{folder}:{packages}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    process = subprocess.Popen(
        [
            str(emulator_binary()),
            *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
            *("--runtime-api-address", f"127.0.0.1:{api}"),
            *(sys.executable, "-m", "awslambdaric", "app.handler"),
        ],
        env=environment,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    connection = http.client.HTTPConnection("127.0.0.1", port)
    path = "/2015-03-31/functions/function/invocations"

    def call() -> bytes:
        connection.request("POST", path, EVENT)
        return connection.getresponse().read()

    try:
        for _ in range(200):
            try:
                answer = call()
                assert b"statusCode" in answer, answer
                break
            except (OSError, http.client.HTTPException):
                connection.close()
                time.sleep(0.05)
        yield call
    finally:
        process.kill()
        process.wait()


@contextmanager
def pipe(folder: Path) -> Iterator[Call]:
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", LOOP, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    send, receive = process.stdin, process.stdout

    def call() -> bytes:
        send.write(EVENT + b"\n")
        send.flush()
        return receive.readline()

    try:
        yield call
    finally:
        send.close()
        process.wait()


def local_target(folder: Path, client: str = "fast") -> LocalTarget:
    function = Function(
        name="F", runtime="python3.11", handler="app.handler", code=folder, timeout=30, memory=512
    )
    return LocalTarget(function, environment=CREDENTIALS, client=client)


@contextmanager
def local(folder: Path, client: str = "fast") -> Iterator[Call]:
    with local_target(folder, client) as target:
        assert target.invoke(EVENT).response is not None
        yield lambda: target.invoke(EVENT)


@contextmanager
def restarting(folder: Path) -> Iterator[Call]:
    with local_target(folder) as target:

        def call() -> object:
            target.restart()
            return target.invoke(EVENT)

        yield call


@contextmanager
def forking(folder: Path) -> Iterator[Call]:
    with local_target(folder) as target:
        assert target.invoke(EVENT, fresh=True).response is not None
        yield lambda: target.invoke(EVENT, fresh=True)


def rate(call: Call, calls: int) -> float:
    started = time.perf_counter()
    for _ in range(calls):
        call()
    return calls / (time.perf_counter() - started)


def main(calls: int) -> None:
    with TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        (folder / "app.py").write_text(HANDLER)
        with local(folder, "fast") as fast, local(folder, "ric") as ric, pipe(folder) as floor:
            built = f"*/runtime_client.cpython-{sys.version_info[0]}{sys.version_info[1]}*"
            packages = next((cache_folder() / "envs").glob(built)).parent
            with emulator(folder, str(packages)) as rie:
                runners = {
                    "bare pipe loop": floor,
                    "fast client": fast,
                    "awslambdaric through our API": ric,
                    "awslambdaric through the emulator": rie,
                }
                rates: dict[str, list[float]] = {name: [] for name in runners}
                for _ in range(ROUNDS):
                    for label, call in runners.items():
                        rates[label].append(rate(call, calls))
        base = median(rates["awslambdaric through the emulator"])
        print(f"{'':36} {'calls/s':>9} {'min':>9} {'max':>9} {'ratio':>7}")
        for label, measured in rates.items():
            middle = median(measured)
            print(
                f"{label:36} {middle:9.0f} {min(measured):9.0f} {max(measured):9.0f} "
                f"{middle / base:7.1f}"
            )


def fresh() -> None:
    print(f"{'':36} {'calls/s':>9} {'min':>9} {'max':>9} {'ratio':>7}")
    for title, code in (("does nothing", HANDLER), ("with boto3", BOTO3 + HANDLER)):
        with TemporaryDirectory(dir="/var/tmp") as name:
            folder = Path(name)
            (folder / "app.py").write_text(code)
            ways = (("restart", restarting, 5), ("fork", forking, 50), ("warm", local, 500))
            rates: dict[str, list[float]] = {label: [] for label, _, _ in ways}
            with ExitStack() as stack:
                calls = [
                    (label, stack.enter_context(way(folder)), count) for label, way, count in ways
                ]
                for _ in range(ROUNDS):
                    for label, call, count in calls:
                        rates[label].append(rate(call, count))
        base = median(rates["restart"])
        for label, measured in rates.items():
            middle = median(measured)
            print(
                f"{title + ': ' + label:36} {middle:9.0f} {min(measured):9.0f} "
                f"{max(measured):9.0f} {middle / base:7.1f}"
            )


if __name__ == "__main__":
    if sys.argv[1:] == ["fresh"]:
        fresh()
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
