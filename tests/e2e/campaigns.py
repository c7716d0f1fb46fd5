"""A whole campaign over an application that a test wrote down, and what it found."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.cli.campaign import campaign
from harness.posture import RULES


def findings_of(
    source: Path,
    out: Path,
    *,
    functions: Sequence[str] = (),
    rules: Sequence[str] = (),
    **others: object,
) -> dict[str, Any]:
    """findings.json without what the template alone shows: pairs share theirs."""
    told = told_of(source, out, functions=functions, rules=rules, **others)
    told["findings"] = [f for f in told["findings"] if f["rule"] not in RULES]
    return told


def told_of(
    source: Path,
    out: Path,
    *,
    functions: Sequence[str] = (),
    rules: Sequence[str] = (),
    **others: object,
) -> dict[str, Any]:
    """findings.json of a campaign with a fixed seed; no names or rules mean all.

    `others` are further options of `run`.
    """
    campaign(
        {
            "source": source,
            "function": tuple(functions),
            "trigger": (),
            "rule": tuple(rules),
            "target": "local",
            "client": "fast",
            "max_time": 900.0,
            "max_invocations": None,
            "workers": os.cpu_count(),
            "seed": 7,
            "out": out,
            "fail_on": "never",
            "baseline": None,
            "resume": None,
            "payloads": None,
            "templates": None,
            "parameter": (),
            "quiet": True,
            "no_progress": True,
            **others,
        }
    )
    told: dict[str, Any] = json.loads((out / "findings.json").read_text())
    return told


def rules_found(
    folder: Path,
    template: Mapping[str, Any],
    *,
    functions: Sequence[str] = (),
    rule: str = "",
    max_invocations: int | None = None,
) -> dict[str, set[str]]:
    """Rules by function that are not only tentative. Every function must have been tested."""
    source = folder / "template.json"
    source.write_text(json.dumps(template))
    rules = (rule,) if rule else ()
    told = findings_of(
        source,
        folder / "out",
        functions=functions,
        rules=rules,
        max_invocations=max_invocations,
        stop_at_first_match=True,
    )
    untested = [f["name"] for f in told["functions"] if not f["tested"]]
    assert not untested, untested
    found = defaultdict(set)
    for finding in told["findings"]:
        if finding["confidence"] != "tentative":
            found[finding["function"]].add(finding["rule"])
    return found


def run_alone(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command with a /var/tmp of its own: other campaigns of this machine have theirs there.

    Its output ends with the names of what it left in it.
    """
    script = """
        mount -t tmpfs none /var/tmp && "$@"
        for _ in $(seq 50); do [ -z "$(ls -A /var/tmp)" ] && break; sleep 0.1; done
        ls -A /var/tmp
    """
    alone = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"])]
    command = [str(Path(sys.executable).with_name("faasfuzz")), *arguments]
    return subprocess.run(
        [*alone, "sh", "-c", script, "sh", *command],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
