"""Functions in real containers: what local runtimes promise holds there, and nothing is left."""

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from harness.errors import TargetError
from harness.model import Application, Canary, Function, Image, Outcome, Status
from harness.observers.cloud import LocalCloud
from harness.observers.decoys import DecoyFiles, make_decoys
from harness.observers.listener import Listener
from harness.targets.base import Elsewhere, Setup
from harness.targets.docker import PROVIDER
from harness.targets.docker.engine import connect
from harness.targets.docker.ownership import labels
from harness.targets.docker.target import DockerTarget
from tests.integration.apps import shop
from tests.integration.targets.base_image import RUNTIME

COMMAND = str(Path(sys.executable).with_name("faasfuzz"))
HANDLER = Path(__file__).with_name("handler.py").read_text()


class Calls:
    """A started target that takes and gives Python values."""

    def __init__(self, target: DockerTarget) -> None:
        self.target = target

    def __call__(self, event: Any, *, fresh: bool = False) -> Outcome:
        return self.target.invoke(json.dumps(event).encode(), fresh=fresh)


Start = Callable[..., Calls]


@pytest.fixture(scope="module")
def engine(base: str) -> Iterator[Any]:
    client = connect()
    yield client
    client.close()


@pytest.fixture
def start(engine: Any, base: str, tmp_path: Path) -> Iterator[Start]:
    """Starts a function whose code is the given text (by default handler.py)."""
    targets: list[DockerTarget] = []

    def started(text: str = HANDLER, **changes: Any) -> Calls:
        (tmp_path / "app.py").write_text(text)
        plain = Function(name="f", runtime=RUNTIME, handler="app.handler", code=tmp_path)
        function = replace(plain, **changes)
        target = DockerTarget(
            function,
            client=engine,
            environment={"ADDED": "yes"},
            image=base,
            pull="never",
            labels=labels("test", "f"),
        )
        targets.append(target)
        target.start()
        return Calls(target)

    yield started
    for target in targets:
        target.stop()


def ours(engine: Any, campaign: str) -> list[str]:
    """What the containers of a campaign do: created, running, exited."""
    found = engine.api.containers(all=True, filters={"label": f"faasfuzz.campaign={campaign}"})
    return [each["State"] for each in found]


def test_a_warm_container_answers_as_lambda_does(start: Start) -> None:
    call = start()
    told = call({"do": "context"})
    assert told.init is not None
    assert told.response["arn"] == "arn:aws:lambda:us-east-1:123456789012:function:f"
    assert told.response["memory"] == "128"
    outcome = call({"do": "raise"})
    assert outcome.status is Status.ERROR
    assert outcome.error is not None
    assert (outcome.error.type, outcome.error.message) == ("ValueError", "bad")
    assert "/var/task/app.py" in outcome.error.trace[0]
    count = call({})
    assert count.response == {"count": 3}
    assert count.init is None


def test_logs_belong_to_their_call_and_a_flood_of_them_is_cut(start: Start) -> None:
    call = start(timeout=20)
    call({})
    first, second, third = call({"do": "log"}).logs.splitlines()
    assert (first, second) == ("printed", "child")
    assert third.endswith("\tlogged")
    assert call({}).logs == ""
    flood = call({"do": "flood"})
    assert len(flood.logs) == 256 << 10
    assert flood.logs_dropped == 20_000 * 1001 - (256 << 10)
    assert call({"do": "log"}).logs.startswith("printed\nchild\n")


def test_timeouts_memory_and_exits_are_told_and_the_next_call_is_cold(start: Start) -> None:
    call = start(timeout=2)
    hung = call({"do": "hang"})
    assert hung.status is Status.TIMEOUT
    assert hung.error is not None
    assert hung.error.message.endswith("Task timed out after 2.00 seconds")
    filled = call({"do": "memory"})
    assert filled.status is Status.OUT_OF_MEMORY
    assert filled.memory == 128
    for do, code, reason in (
        ("sys.exit", 3, "exit status 3"),
        ("segfault", -11, "signal: segmentation fault"),
    ):
        ended = call({"do": do})
        assert (ended.status, ended.exit_code, ended.logs) == (Status.CRASH, code, "last words")
        assert ended.error is not None
        assert ended.error.message.endswith(reason)
    assert call({}).response == {"count": 1}


@pytest.mark.parametrize(
    ("code", "kind"),
    [("import nowhere", "Runtime.ImportModuleError"), ("import os; os._exit(4)", "Runtime.Exit")],
)
def test_a_failed_init_is_told(start: Start, code: str, kind: str) -> None:
    outcome = start(code)({})
    assert outcome.status is Status.INIT_ERROR
    assert outcome.error is not None
    assert outcome.error.type.startswith(kind)


def test_a_restart_and_a_fresh_call_find_nothing_of_earlier_calls(start: Start) -> None:
    call = start()
    assert [call({"do": "tmp"}).response for _ in range(2)] == [False, True]
    assert [call({"do": "tmp"}, fresh=True).response for _ in range(2)] == [False, False]
    assert call({}).response == {"count": 3}
    call.target.restart()
    assert call({"do": "tmp"}).response is False


def test_sensors_tell_sinks_and_the_handler_sees_nothing_of_them(start: Start) -> None:
    call = start(environment={"OWN": "1", "PYTHONPATH": "/own"})
    assert call.target.blind == {"coverage"}
    (sink,) = call({"do": "log"}).sinks
    assert (sink.operation, sink.file, sink.function) == ("os.system", "app.py", "handler")
    told = call({"do": "environment"}).response
    assert {"OWN", "ADDED", "AWS_REGION", "_HANDLER"} <= set(told["names"])
    assert not [name for name in told["names"] if "FAASFUZZ" in name]
    assert (told["cwd"], told["harness"]) == ("/var/task", None)


def test_code_and_image_are_read_only_and_layers_lie_over_each_other(
    start: Start, tmp_path: Path
) -> None:
    for number in (1, 2):
        layer = tmp_path / f"layer{number}" / "python"
        layer.mkdir(parents=True)
        (layer / "shared.py").write_text(f"NUMBER = {number}\n")
    code = """
import shared

def handler(event, context):
    refused = []
    for path in ("left.txt", "/left.txt", "/opt/left.txt"):
        try:
            open(path, "w").close()
        except OSError as error:
            refused.append(error.strerror)
    return refused, shared.NUMBER
"""
    call = start(code, layers=(tmp_path / "layer1", tmp_path / "layer2"))
    assert call({}).response == [["Read-only file system"] * 3, 2]


REACHING = """
import boto3, urllib.request

def handler(event, context):
    boto3.client("s3").put_object(Bucket="drawer", Key="k", Body=b"x")
    urllib.request.urlopen(event["url"]).read()
    return open(event["file"]).read()
"""


@pytest.mark.parametrize("network", ["host", "own"])
def test_local_cloud_listener_and_planted_files_are_reached_from_inside(
    base: str, tmp_path: Path, network: str
) -> None:
    (tmp_path / "app.py").write_text(REACHING)
    function = Function(
        name="f", runtime=RUNTIME, handler="app.handler", code=tmp_path, timeout=20, memory=256
    )
    application = Application(name="a", source=tmp_path, functions=(function,))
    files, canary = DecoyFiles(Path("/var/tmp")), Canary.make(1, 1)
    options = {"image": base, "pull": "never", "network": network}
    setup = Setup(application=application, options=options, decoys=files.folder)
    with PROVIDER.open(PROVIDER.check(setup)) as targets:
        assert isinstance(targets, Elsewhere)
        listener = Listener(targets.host)
        cloud = LocalCloud(application, decoys=make_decoys(Random(1)), host=targets.host)
        listener.start()
        cloud.start()
        try:
            cloud.put("s3-object", {"bucket": "drawer", "key": "a"}, {"body": "b"})
            with targets.of(function, environment=cloud.environment()) as target:
                files.plant(canary)
                event = {"url": listener.url(canary.token), "file": files.path(canary)}
                outcome = target.invoke(json.dumps(event).encode())
            assert (outcome.status, outcome.response) == (Status.OK, canary.planted)
            assert [call.operation for call in cloud.since(0)] == ["PutObject"]
            assert [callback.token for callback in listener.since(0)] == [canary.token]
        finally:
            cloud.stop()
            listener.stop()
            files.clear()
    with closing(connect()) as client:
        assert not client.networks.list(filters={"label": f"faasfuzz.pid={os.getpid()}"})


@pytest.fixture(scope="module")
def packaged(engine: Any, base: str) -> str:
    """A container image of two functions, made by a Dockerfile."""
    dockerfile = f'FROM {base}\nCOPY app.py /var/task/\nCMD ["app.handler"]\n'
    code = (
        "import os\n"
        "def handler(event, context): os.system('true'); return 'by the image'\n"
        "def other(event, context): return 'by the template'\n"
    )
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as tar:
        for name, text in (("Dockerfile", dockerfile), ("app.py", code)):
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    context.seek(0)
    name = "faasfuzz-test/packaged:latest"
    engine.images.build(fileobj=context, custom_context=True, tag=name, rm=True)
    return name


def test_a_packaged_function_runs_by_its_image_or_what_the_template_overrides(
    packaged: str, start: Start
) -> None:
    image = Image(uri=packaged)
    packaging = {"package": "image", "code": None, "runtime": "", "handler": ""}
    call = start(**packaging, image=image)
    outcome = call({})
    assert outcome.response == "by the image"
    assert [sink.operation for sink in outcome.sinks] == ["os.system"]
    assert "sensors" not in call.target.blind
    other = start(**packaging, image=replace(image, command=("app.other",)))
    assert other({}).response == "by the template"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"package": "image", "image": Image(uri="no/such:tag")}, "pull is never; build it"),
        ({"package": "image", "image": Image(uri="")}, "has no ImageUri; run `sam build`"),
        ({"code": None}, "no code folder"),
    ],
)
def test_what_is_missing_is_told_with_its_mend(
    start: Start, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(TargetError, match=reason):
        start(**changes)


def test_an_image_that_no_registry_gives_and_a_wrong_entry_point_are_told(
    start: Start, engine: Any, base: str, tmp_path: Path
) -> None:
    function = Function(name="f", runtime=RUNTIME, handler="app.handler", code=tmp_path)
    target = DockerTarget(function, client=engine, environment={}, image="127.0.0.1:9/no/such:1")
    with pytest.raises(TargetError, match=r"cannot be pulled \(.*; build it"):
        target.start()
    outcome = start(package="image", image=Image(uri=base, entry_point=("/no/such/program",)))({})
    assert (outcome.status, outcome.exit_code) == (Status.INIT_ERROR, 127)
    assert "exec /no/such/program failed: No such file or directory" in outcome.logs


def test_what_a_killed_campaign_leaves_is_removed(base: str, engine: Any, tmp_path: Path) -> None:
    shop(tmp_path)
    (tmp_path / "src" / "app.py").write_text("import time\ndef handler(e, c): time.sleep(60)\n")
    campaign = f"killed-{os.getpid()}"
    command = [COMMAND, "run", ".", "--target", "docker", "--target-option", f"image={base}"]
    command += ["--out", campaign, "--function", "Search", "--quiet"]
    running = subprocess.Popen(command, cwd=tmp_path, start_new_session=True)
    while "running" not in ours(engine, campaign) and running.poll() is None:
        time.sleep(0.1)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert ours(engine, campaign)
    done = subprocess.run([COMMAND, "doctor", "--clean"], capture_output=True, check=False)
    assert (done.returncode, done.stdout.startswith(b"removed ")) == (0, True)
    assert not ours(engine, campaign)
