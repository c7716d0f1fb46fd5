"""What a platform's host finds in its environment."""

import json
from pathlib import Path

from harness.model import Function
from harness.targets.local.hosts import host_environment


def test_firebases_library_finds_its_project(tmp_path: Path) -> None:
    function = Function(
        name="f", runtime="nodejs20.x", handler="index.js:f", code=tmp_path, provider="gcp"
    )
    (tmp_path / "package.json").write_text('{"dependencies": {"firebase-functions": "^7.0.0"}}')
    environment = host_environment(function, tmp_path)
    assert environment["GCLOUD_PROJECT"] == environment["GOOGLE_CLOUD_PROJECT"]
    config = json.loads(environment["FIREBASE_CONFIG"])
    assert config["projectId"] == environment["GCLOUD_PROJECT"]
    (tmp_path / "package.json").write_text("{}")
    assert "FIREBASE_CONFIG" not in host_environment(function, tmp_path)
