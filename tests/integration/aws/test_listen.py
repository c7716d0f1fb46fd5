"""A deployed function calls back to a listener elsewhere, whose log is read from here."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from harness.errors import TargetError
from harness.observers.outpost import Outpost
from tests.e2e.campaigns import findings_of
from tests.integration.aws.account import Account

COMMAND = str(Path(sys.executable).with_name("faasfuzz"))
KEY = "planted-listener-key-7Qx"
FETCH = """
import urllib.request
def handler(event, context):
    url = event["url"]
    try:
        urllib.request.urlopen(url, timeout=2).read()
    except (OSError, ValueError):
        pass
    return "done"
"""
CHECK = """
from urllib.parse import urlsplit
def handler(event, context):
    return urlsplit(event["url"]).hostname == "images.example.com"
"""


@pytest.fixture(scope="module")
def places() -> Iterator[dict[str, str]]:
    """The options that name a listener of its own process."""
    process = subprocess.Popen(
        [COMMAND, "listen", "--host", "127.0.0.1", "--port", "0", "--log-port", "0"],
        env={**os.environ, "FAASFUZZ_LISTENER_KEY": KEY},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    told = [process.stdout.readline().split()[1] for _ in range(2)]
    yield {"listener": told[0], "listener_log": told[1], "listener_key": KEY}
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    process.stdout.close()


def test_callbacks_of_what_is_deployed_are_seen(
    scope: dict[str, Any], shop: Account, places: dict[str, str], tmp_path: Path
) -> None:
    shop.function("shop-fetch", FETCH)
    shop.function("shop-check", CHECK)
    told = findings_of(
        Path("aws://eu-west-1"),
        tmp_path,
        functions=("shop-fetch", "shop-check"),
        rules=("ssrf",),
        target="aws",
        tables={"aws": {**scope, **places}},
        workers=2,
        max_invocations=40,
    )
    assert [f["tested"] for f in told["functions"]] == [True, True]
    assert "callbacks" not in told["campaign"]["blind"]
    assert [(f["function"], f["confidence"]) for f in told["findings"]] == [
        ("shop-fetch", "confirmed")
    ]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(KEY.encode() in path.read_bytes() for path in files)


def test_the_log_is_for_who_has_the_key(places: dict[str, str]) -> None:
    with pytest.raises(TargetError, match=r"cannot be read \(Client error '401 UNAUTHORIZED'"):
        Outpost(places["listener"], places["listener_log"], "another").start()
    outpost = Outpost(places["listener"], places["listener_log"], KEY)
    outpost.start()
    mark = outpost.mark()
    httpx.post(outpost.url("fzabcdefghjkmnpq"), content="body")
    (seen,) = outpost.since(mark)
    assert (seen.token, seen.method, seen.body) == ("fzabcdefghjkmnpq", "POST", "body")
    assert outpost.since(outpost.mark()) == ()
    outpost.stop()
    with pytest.raises(TargetError, match="check listener_log, listener_key, and that"):
        Outpost(places["listener"], "http://127.0.0.1:9", KEY).start()
