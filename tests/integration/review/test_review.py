"""The review over real HTTP, and in Debian's chromium."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from tests.integration.apps import LINE, SAFE, VULNERABLE, shop
from tests.unit.campaign.test_campaign_parts import PLACE, finding
from tests.unit.cli.makers import stored

ROOT = Path(__file__).parents[3]
ID = "0123456789abcdef"
expect.set_options(timeout=30_000)


@dataclass(frozen=True)
class Running:
    """A review that is being served."""

    address: str
    token: str
    baseline: Path
    folder: Path

    @contextmanager
    def client(self, *, entered: bool = True) -> Iterator[httpx.Client]:
        origin = {"Origin": self.address}
        with httpx.Client(base_url=self.address, headers=origin, timeout=60) as client:
            if entered:
                assert client.get("/", params={"token": self.token}).status_code == 303
            yield client


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("review")
    shop(folder)
    event = {"queryStringParameters": {"name": "x"}}
    stored(
        folder,
        finding(
            insertion_point="/queryStringParameters/name",
            payload_id="sql-injection.any.text",
            event=event,
            control_event=event,
            sink=replace(PLACE, line=LINE),
        ),
        finding(id="f" * 16, payload_id="gone", logs="</script><script>alert(1)</script>"),
        source=folder,
    )
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", "from harness.cli.main import main; main()"),
            *("review", str(folder), "--baseline", str(folder / "baseline.yaml")),
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    match = re.match(r"review: (http://127\.0\.0\.1:\d+)/\?token=(\S+)", line)
    assert match is not None, (line, process.stderr and process.stderr.read())
    yield Running(match.group(1), match.group(2), folder / "baseline.yaml", folder)
    process.terminate()
    _, errors = process.communicate(timeout=20)
    assert match.group(2) not in errors
    assert "Traceback" not in errors


def decision(**changes: str) -> dict[str, str]:
    said = {"status": "accepted-risk", "reason": "internal", "who": "ada", "until": ""}
    return {**said, **changes}


def test_without_the_token_there_is_nothing(running: Running) -> None:
    with running.client(entered=False) as client:
        for path in ("/", "/?token=", "/?token=wrong", "/nothing"):
            answer = client.get(path)
            assert answer.status_code == 401
            assert "finding" not in answer.text
        assert client.post(f"/decide/{ID}", data=decision()).status_code == 401
    assert not running.baseline.exists()


def test_the_page_has_a_strict_policy_and_the_cookie_is_its_own(running: Running) -> None:
    with running.client(entered=False) as client:
        entered = client.get("/", params={"token": running.token})
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        page = client.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert running.token not in page.text
    assert "<script>alert(1)" not in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:1"},
        {"Host": "evil.example"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
        {"Host": "127.0.0.1"},
    ],
)
def test_no_other_page_can_decide(running: Running, headers: dict[str, str]) -> None:
    with running.client() as client:
        answer = client.post(f"/decide/{ID}", data=decision(), headers=headers)
    assert answer.status_code in (403, 421)
    assert not running.baseline.exists() or ID not in running.baseline.read_text()


def test_it_listens_to_this_machine_only(running: Running) -> None:
    port = int(running.address.rpartition(":")[2])
    sockets = Path("/proc/net/tcp").read_text().splitlines()[1:]
    listening = [line.split()[1] for line in sockets if line.split()[3] == "0A"]
    assert [a for a in listening if a.endswith(f":{port:04X}")] == [f"0100007F:{port:04X}"]


def test_a_decision_is_kept_and_taken_back(running: Running) -> None:
    with running.client() as client:
        answer = client.post(f"/decide/{'f' * 16}", data=decision(until="2999-01-01"))
        assert answer.status_code == 303
        assert answer.headers["location"] == "/#finding-" + "f" * 16
        told = yaml.safe_load(running.baseline.read_text())
        assert told["findings"][0]["id"] == "f" * 16
        assert told["findings"][0]["who"] == "ada"
        assert "accepted-risk" in client.get("/").text
        script = {"Accept": "application/json"}
        answer = client.post(f"/decide/{'f' * 16}", data=decision(status=""), headers=script)
        assert answer.json() == {"told": "Kept.", "status": "open"}
    assert yaml.safe_load(running.baseline.read_text())["findings"] == []


@pytest.mark.parametrize(
    ("path", "data", "code"),
    [
        (f"/decide/{ID}", {"status": "bogus"}, 400),
        (f"/decide/{ID}", {"status": "false-alarm", "reason": ""}, 400),
        (f"/decide/{ID}", decision(reason="x" * 100_000), 413),
        ("/decide/unknown", decision(), 404),
        ("/elsewhere", {}, 404),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_line(
    running: Running, path: str, data: dict[str, str], code: int
) -> None:
    with running.client() as client:
        answer = client.post(path, data=data)
        assert answer.status_code == code
        assert len(answer.text.strip().splitlines()) == 1
        assert client.get(f"/decide/{ID}").status_code == 405


def test_replay_says_whether_it_still_shows(running: Running) -> None:
    script = {"Accept": "application/json"}
    with running.client() as client:
        told = client.post(f"/replay/{ID}", headers=script).json()["told"]
        assert told.startswith("FAILED: "), told
        (running.folder / "src" / "app.py").write_text(SAFE)
        told = client.post(f"/replay/{ID}", headers=script).json()["told"]
        (running.folder / "src" / "app.py").write_text(VULNERABLE)
        assert told.startswith("FIXED: "), told
        told = client.post(f"/replay/{'f' * 16}", headers=script).json()["told"]
        assert told.startswith("ERROR: "), told
        assert "FIXED: " in client.get("/").text


@pytest.mark.chromium
def test_it_is_used_in_a_browser(running: Running) -> None:
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("chromium is not installed: ./dev test installs it")
        pytest.skip("chromium is not installed (Debian's package)")
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{running.address}/?token={running.token}#finding-{ID}")
        page.goto(f"{running.address}/#finding-{ID}")
        article = page.locator(f"#finding-{ID}")
        article.locator("select[name=status]").select_option("false-alarm")
        form = article.locator("form").first
        form.locator("textarea").fill('a "quote": # and\nanother line')
        form.locator("button").click()
        expect(form.locator("output")).to_have_text("Kept.")
        expect(article.locator(".status")).to_have_text("false-alarm")
        page.reload()
        expect(article.locator("textarea")).to_have_value('a "quote": # and\nanother line')
        page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        told = Axe().run(page).response
        assert [v["id"] for v in told["violations"]] == []
        browser.close()
    assert complaints == []
    entry = yaml.safe_load(running.baseline.read_text())["findings"][0]
    assert entry["reason"] == 'a "quote": # and\nanother line'
    assert json.dumps(entry["id"]) == f'"{ID}"'
