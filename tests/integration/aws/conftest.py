"""A deployed shop: one account, its functions and what calls them, for all tests of a module."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.aws.account import ACCOUNT, KEYS, TOKEN, Account, account

SECRET = "Kq7planted9Wz3Lm5Xt1Rv8"

SUM = """
def handler(event, context):
    print("adding", event)
    return {"sum": eval(event["expression"])}
"""
TOTAL = """
import ast, os
def handler(event, context):
    print(dict(os.environ), event)
    return {"sum": ast.literal_eval(event["expression"])}
"""
TALK = """
import os, sys, time, json
def handler(event, context):
    do = event.get("do")
    if do == "env":
        return dict(os.environ, AWS_ACCESS_KEY_ID="ASIAABCDEFGHIJKLMNOP")
    if do == "print":
        for n in range(event["lines"]):
            print("line", n, "x" * 80)
        return "printed"
    if do == "raise":
        raise KeyError(event["what"])
    if do == "exit":
        os._exit(3)
    if do == "sleep":
        time.sleep(60)
    return event
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with account(tmp_path_factory.mktemp("account")) as made:
        made.function("shop-sum", SUM)
        made.function("shop-total", TOTAL, DB_PASSWORD=SECRET)
        made.function("shop-talk", TALK, DB_PASSWORD=SECRET, TABLE="orders")
        made.function("bank-vault", TOTAL)
        yield made


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEYS["aws_access_key_id"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEYS["aws_secret_access_key"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))


@pytest.fixture
def scope(shop: Account) -> dict[str, Any]:
    """A table [aws] that allows the shop."""
    return {
        "account": ACCOUNT,
        "functions": ["shop-*"],
        "i_may_test_this": True,
        "endpoint_url": shop.url,
        "calls_per_second": 1000,
        "log_wait": 10,
    }
