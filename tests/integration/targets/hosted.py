"""Projects of other clouds, written down and called by their own frameworks."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.discovery import discover
from harness.events.seed import make_seed
from harness.model import Outcome
from harness.targets.local import LocalTarget

TEMPLATES = {t.id: t for t in load_templates(data_folder("event_templates"))}

Call = Callable[..., Outcome]


@pytest.fixture
def call(tmp_path: Path) -> Iterator[Call]:
    """Writes a project, and calls its function with the event of its (first) trigger."""
    targets: list[LocalTarget] = []

    def called(
        files: dict[str, str],
        name: str,
        change: Callable[[Any], None] = lambda event: None,
        **how: Any,
    ) -> Outcome:
        for file, text in files.items():
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text))
        found = discover(tmp_path / next(iter(files)), templates=tuple(TEMPLATES.values()))
        function = next(f for f in found.functions if f.name == name)
        trigger = function.triggers[0]
        event = json.loads(
            json.dumps(make_seed(TEMPLATES[trigger.template], trigger, function).event)
        )
        change(event)
        target = LocalTarget(function, environment={})
        targets.append(target)
        target.start()
        return target.invoke(json.dumps(event).encode(), **how)

    yield called
    for target in targets:
        target.stop()
