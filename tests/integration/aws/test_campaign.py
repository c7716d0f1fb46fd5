"""A whole campaign on what is deployed: found as a black box, its safe twin silent, no leaks."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.integration.aws.account import KEYS, REGION, TOKEN, Account
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
    configured(tmp_path, {**scope, "external_id": "planted-external-id"})
    shop.requests.clear()
    dry = command(
        tmp_path,
        *("run", "aws://eu-west-1", "--target", "aws", "--rule", EVALUATED),
        *("--target-option", "dry_run=true", "--out", "dry"),
    )
    assert dry.returncode == 0, dry.stderr
    assert "shop-sum (aws.lambda.direct-invoke): " in dry.stdout
    assert "333 calls at most" in dry.stdout  # an even share of max_calls
    assert "payloads that change state are not sent" in dry.stdout
    assert not any("invocations" in request for request in shop.requests)
    shop.denied = {"/aliases"}
    done = command(
        tmp_path,
        *("run", "aws://eu-west-1", "--target", "aws", "--workers", "2", "--seed", "5"),
        *("--rule", EVALUATED, "--rule", "secret-exposure", "--max-invocations", "15"),
        *("--function", "shop-sum", "--function", "shop-total"),
        *("--out", "out", "--fail-on", "high", "--no-progress"),
    )
    shop.denied = set()
    assert done.returncode == 1, done.stderr + done.stdout
    told = json.loads((tmp_path / "out" / "findings.json").read_text())
    found = {(f["function"], f["rule"]) for f in told["findings"] if f["confidence"] == "confirmed"}
    assert ("shop-sum", EVALUATED) in found
    assert ("shop-total", EVALUATED) not in found
    assert ("shop-total", "secret-exposure") in found  # by its stand-in
    notes = json.dumps(told)
    assert "lambda:ListAliases may not be read (AccessDeniedException)" in notes
    assert "1 functions are not in the scope" in notes
    files = [p for p in tmp_path.rglob("*") if p.is_file() and p.name != "faasfuzz.toml"]
    written = b"".join(p.read_bytes() for p in files)
    for secret in (SECRET, TOKEN, "planted-external-id", *KEYS.values()):
        assert secret.encode() not in written
        assert secret not in done.stdout + done.stderr
    replayed = command(tmp_path, "replay", told["findings"][0]["id"][:12], "--campaign", "out")
    assert replayed.returncode == 1, replayed.stderr
    bucket, key = {"Bucket": "left-behind"}, {"Key": "in/a.txt"}
    s3 = shop.client("s3")
    s3.create_bucket(**bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(**bucket, **key)
    with (tmp_path / "out" / "created.jsonl").open("a") as journal:
        journal.write(json.dumps({"created": ["s3", "delete_object", bucket | key]}) + "\n")
    cleaned = command(tmp_path, "clean", "out")
    assert (cleaned.returncode, cleaned.stdout) == (0, "removed: s3 left-behind in/a.txt\n")
    assert s3.list_objects_v2(**bucket)["KeyCount"] == 0
    calls = [
        json.loads(line)
        for line in (tmp_path / "out" / "audit.jsonl").read_text().splitlines()
        if "lambda:Invoke" in line
    ]
    assert {line["resource"] for line in calls} == {"shop-sum", "shop-total"}


def test_a_cap_ends_a_campaign_with_what_was_found_until_then(
    scope: dict[str, Any], shop: Account, tmp_path: Path
) -> None:
    configured(tmp_path, {**scope, "max_cost": 0.00002})
    done = command(
        tmp_path,
        *("run", "aws://eu-west-1", "--target", "aws", "--workers", "1", "--seed", "5"),
        *("--rule", EVALUATED, "--rule", "sql-injection", "--function", "shop-sum"),
        *("--out", "out", "--no-progress"),
    )
    told = json.loads((tmp_path / "out" / "findings.json").read_text())
    (function,) = told["functions"]
    assert [f["rule"] for f in told["findings"]] == [EVALUATED]
    assert (done.returncode, function["tested"]) == (1, True), done.stdout + done.stderr
    assert 0 < function["trials"] <= function["invocations"]
    reason = "the next call may cost more than what is left of 2e-05 dollars; raise max_cost"
    assert function["reason"] == function["notes"][-1] == reason
    assert sum(tally["skipped"] for tally in function["tallies"]) > 0
    assert reason in (tmp_path / "out" / "report.html").read_text()
