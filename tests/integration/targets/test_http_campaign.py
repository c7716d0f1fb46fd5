"""A campaign by HTTP alone: real requests to a front, which invokes real runtimes behind it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.e2e.campaigns import told_of
from tests.integration.front import fronted
from tests.integration.served import served

COMMAND = str(Path(sys.executable).with_name("faasfuzz"))
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.11, Timeout: 5, MemorySize: 256, CodeUri: src/}}
Resources:
  Page:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.page
      Events: {Get: {Type: Api, Properties: {Path: /page, Method: get}}}
  PageSafe:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.page_safely
      Events: {Get: {Type: Api, Properties: {Path: /safe-page, Method: get}}}
  Sum:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.sum_of
      Events: {Post: {Type: Api, Properties: {Path: "/sum/{terms}", Method: post}}}
  SumSafe:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.sum_safely
      Events: {Post: {Type: Api, Properties: {Path: "/safe-sum/{terms}", Method: post}}}
  Fetch:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.fetch
      Events: {Post: {Type: Api, Properties: {Path: /fetch, Method: post}}}
  FetchSafe:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.fetch_safely
      Events: {Post: {Type: Api, Properties: {Path: /safe-fetch, Method: post}}}
  Stored:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.sum_of
      Events: {Put: {Type: Schedule, Properties: {Schedule: rate(1 hour)}}}
"""
CODE = """
import html, json, urllib.parse, urllib.request

def answer(value):
    return {"statusCode": 200, "headers": {"content-type": "application/json"},
            "body": json.dumps(value)}

def shown(name):
    return {"statusCode": 200, "headers": {"content-type": "text/html"}, "body": f"<p>{name}</p>"}

def page(event, context):
    return shown((event["queryStringParameters"] or {}).get("q", ""))

def page_safely(event, context):
    return shown(html.escape((event["queryStringParameters"] or {}).get("q", "")))

def sum_of(event, context):
    return answer(eval(urllib.parse.unquote(event["pathParameters"]["terms"])
                       if event["pathParameters"]["terms"] != "sample" else "0"))

def sum_safely(event, context):
    return answer(len(event["pathParameters"]["terms"]))

def fetch(event, context):
    url = json.loads(event["body"]).get("url", "")
    try:
        urllib.request.urlopen(url, timeout=2).read()
    except (OSError, ValueError):
        pass
    return answer("done")

def fetch_safely(event, context):
    url = json.loads(event["body"]).get("url", "")
    return answer(urllib.parse.urlsplit(str(url)).hostname == "images.example.com")
"""
ROUTES = {
    "/page": "Page",
    "/safe-page": "PageSafe",
    "/sum/<terms>": "Sum",
    "/safe-sum/<terms>": "SumSafe",
    "/fetch": "Fetch",
    "/safe-fetch": "FetchSafe",
}


def test_a_campaign_by_http_finds_what_answers_and_callbacks_show(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(CODE)
    with (
        served(tmp_path, "--concurrency", "2") as server,
        fronted(server.address, ROUTES) as (address, _),
    ):
        told = told_of(
            tmp_path,
            tmp_path / "out",
            rules=("xss", "code-injection", "ssrf"),
            target="http",
            tables={"http": {"url": address}},
            workers=2,
            max_invocations=120,
        )
    found = {(f["function"], f["rule"]) for f in told["findings"]}
    assert found == {("Page", "xss"), ("Sum", "code-injection"), ("Fetch", "ssrf")}
    tested = {f["name"]: f for f in told["functions"]}
    assert not tested["Stored"]["tested"]
    assert "no HTTP trigger" in tested["Stored"]["reason"]
    assert tested["PageSafe"]["tested"]
    assert tested["FetchSafe"]["tested"]


ECHO = """
import json

def handler(event, context):
    print(event)
    asked = event["queryStringParameters"]["q"]
    told = {"headers": event["headers"], "sum": eval(asked, {}, {"sample": 1})}
    return {"statusCode": 200, "body": json.dumps(told)}
"""
ECHOED = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.11
      CodeUri: src/
      Events: {Get: {Type: Api, Properties: {Path: /echo, Method: get}}}
"""


def test_what_lets_it_in_is_in_none_of_the_outputs(tmp_path: Path) -> None:
    """The function answers with all that it is sent, and its answer is the evidence."""
    planted = {
        "bearer": "Planted.bearer+Tok3n/91",
        "header": "pl4nted-api-k3y-22",
        "aws": "pl4SeCrEt/KeY88xY",
    }
    (tmp_path / "template.yaml").write_text(ECHOED)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_text(ECHO)
    work = tmp_path / "work"
    work.mkdir()
    with (
        served(tmp_path, "--quiet") as server,
        fronted(server.address, {"/echo": "Echo"}) as (address, front),
    ):
        (work / "faasfuzz.toml").write_text(
            f"[http]\nurl = {address!r}\nheaders = {{X-Api-Key = {planted['header']!r}}}\n"
        )
        done = subprocess.run(
            [
                *(COMMAND, "run", "../template.yaml", "--target", "http"),
                *("--target-option", f"bearer={planted['bearer']}"),
                *("--rule", "code-injection", "--max-invocations", "30", "--seed", "3"),
                *("--workers", "1", "--out", "out", "--fail-on", "high"),
            ],
            cwd=work,
            env={**os.environ, "AWS_SECRET_ACCESS_KEY": planted["aws"]},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    assert done.returncode == 1, done.stdout + done.stderr
    sent = front.seen[-1]["headers"]
    assert sent["Authorization"] == f"Bearer {planted['bearer']}"
    assert sent["X-Api-Key"] == planted["header"]
    told = (work / "out" / "findings.json").read_text()
    assert "code-injection" in {f["rule"] for f in json.loads(told)["findings"]}
    files = [p for p in work.rglob("*") if p.is_file() and p.name != "faasfuzz.toml"]
    assert len(files) >= 6
    written = b"".join(p.read_bytes() for p in files) + (done.stdout + done.stderr).encode()
    for secret in planted.values():
        assert secret.encode() not in written
