"""A whole campaign on what is deployed: found as a black box, its safe twin silent, no leaks."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.integration.aws.account import KEYS, TOKEN, Account
from tests.integration.aws.conftest import SECRET

COMMAND = str(Path(sys.executable).with_name("faasfuzz"))
EVALUATED = "code-injection"


def configured(folder: Path, scope: dict[str, Any]) -> None:
    lines = [f"{name} = {json.dumps(value)}" for name, value in scope.items()]
    (folder / "faasfuzz.toml").write_text("[aws]\n" + "\n".join(lines) + "\n")


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments], cwd=folder, capture_output=True, text=True, timeout=300, check=False
    )


def test_a_campaign_on_an_account_finds_what_is_there_and_keeps_its_secrets(
    scope: dict[str, Any], shop: Account, tmp_path: Path
) -> None:
    configured(tmp_path, {**scope, "token": "planted-front-door-token"})
    shop.denied = {"/aliases"}
    done = command(
        tmp_path,
        *("run", "aws://eu-west-1", "--target", "aws", "--workers", "2", "--seed", "5"),
        *("--rule", EVALUATED, "--rule", "secret-exposure", "--max-invocations", "30"),
        *("--out", "out", "--fail-on", "high", "--no-progress"),
    )
    shop.denied = set()
    assert done.returncode == 1, done.stderr + done.stdout
    told = json.loads((tmp_path / "out" / "findings.json").read_text())
    found = {(f["function"], f["rule"]) for f in told["findings"] if f["confidence"] == "confirmed"}
    assert ("shop-sum", EVALUATED) in found
    assert not {rule for function, rule in found if function == "shop-total"}
    assert {f["name"] for f in told["functions"]} == {"shop-sum", "shop-total", "shop-talk"}
    notes = json.dumps(told)
    assert "lambda:ListAliases may not be read (AccessDeniedException)" in notes
    assert "1 functions are not in the scope" in notes
    files = [p for p in tmp_path.rglob("*") if p.is_file() and p.name != "faasfuzz.toml"]
    written = b"".join(p.read_bytes() for p in files)
    for secret in (SECRET, TOKEN, "planted-front-door-token", *KEYS.values()):
        assert secret.encode() not in written
        assert secret not in done.stdout + done.stderr
    replayed = command(tmp_path, "replay", told["findings"][0]["id"][:12], "--campaign", "out")
    assert replayed.returncode == 1, replayed.stderr
    calls = [
        json.loads(line)
        for line in (tmp_path / "out" / "audit.jsonl").read_text().splitlines()
        if "lambda:Invoke" in line
    ]
    assert {line["resource"] for line in calls} == {"shop-sum", "shop-total", "shop-talk"}
