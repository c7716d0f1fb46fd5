from pathlib import Path

import pytest

from tests.unit.discovery.makers import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / "orders-app"
    folder.mkdir()
    return Project(folder)
