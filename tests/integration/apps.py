"""Small applications that tests put into a folder."""

from pathlib import Path

_TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function: {Runtime: python3.11, Timeout: 2, CodeUri: src/}
  Api: {Auth: {ApiKeyRequired: true}}
Resources:
  Search:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Events: {Get: {Type: Api, Properties: {Path: /items, Method: get}}}
  SearchSafe:
    Type: AWS::Serverless::Function
    Properties:
      Handler: safe.handler
      Events: {Get: {Type: Api, Properties: {Path: /safe, Method: get}}}
"""
VULNERABLE = """
import json, sqlite3
db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("create table item (name text)")

def handler(event, context):
    name = (event.get("queryStringParameters") or {}).get("name", "")
    try:
        rows = db.execute("select name from item where name = '" + name + "'").fetchall()
    except sqlite3.Error:
        rows = []
    return {"statusCode": 200, "body": json.dumps(rows)}
"""
SAFE = VULNERABLE.replace(
    '"select name from item where name = \'" + name + "\'"',
    '"select name from item where name = ?", (name,)',
)
# The line of the sink in VULNERABLE.
LINE = 9


def shop(folder: Path) -> Path:
    """A search that SQL injection gets into, and its safe twin."""
    (folder / "src").mkdir()
    (folder / "template.yaml").write_text(_TEMPLATE)
    (folder / "src" / "app.py").write_text(VULNERABLE)
    (folder / "src" / "safe.py").write_text(SAFE)
    return folder


_ECHO = """
import json, subprocess

def handler(event, context):
    q = (event.get("queryStringParameters") or {}).get("q", "")
    told = subprocess.run(COMMAND, capture_output=True, text=True)
    return {"statusCode": 200, "body": json.dumps(told.stdout)}
"""


def echo(folder: Path) -> Path:
    """A shell that answers, which command injection gets into unseen by sensors, and its twin."""
    shop(folder)
    (folder / "src" / "app.py").write_text(_ECHO.replace("COMMAND", '"echo " + q, shell=True'))
    (folder / "src" / "safe.py").write_text(_ECHO.replace("COMMAND", '["echo", q]'))
    return folder
