"""Which names of secrets an application's own code gives to attributes and objects."""

from pathlib import Path

import pytest

from harness.model import Application, Function
from harness.observers.cloud.resources.stored import secret_columns, secret_objects

PYTHON = """
table = resource("dynamodb").Table("users")
def join(event): table.put_item(Item={"id": "1", "passwordHash": digest, "meta": {"api_key": k}})
def check(event): return event["token"], os.environ["DB_PASSWORD"]
"""
NODE = """
const TableName = 'users';
send(new PutCommand({ TableName, Item: { id, apiKey, tokenTtl: 5 } }));
send(new GetObjectCommand({ Bucket: process.env.KEPT, Key: 'partner/credentials.json' }));
send(new GetObjectCommand({ Bucket: process.env.KEPT, Key: 'pages/welcome.html' }));
"""


def application(folder: Path, name: str, text: str) -> Application:
    (folder / name).write_text(text)
    function = Function(
        name="F", runtime="any", handler="app.handler", code=folder, environment={"KEPT": "kept"}
    )
    return Application(name="a", source=folder, functions=(function,))


@pytest.mark.parametrize(
    ("name", "text", "columns", "objects"),
    [
        ("app.py", PYTHON, ("api_key", "passwordHash"), ()),
        ("app.js", NODE, ("apiKey",), ("partner/credentials.json",)),
    ],
)
def test_what_the_code_stores_as_a_secret_is_one(
    tmp_path: Path, name: str, text: str, columns: tuple[str, ...], objects: tuple[str, ...]
) -> None:
    made = application(tmp_path, name, text)
    assert secret_columns(made, "users") == columns
    assert secret_columns(made, "orders") == ()
    assert secret_objects(made, "kept") == objects
