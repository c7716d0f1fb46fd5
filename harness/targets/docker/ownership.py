"""Whose a container is: labels that outlive the harness, and removal of what was left."""

import hashlib
import os
import re
import socket
from functools import cache
from pathlib import Path
from typing import Any

from docker.errors import APIError, NotFound

from harness.targets.docker.engine import told

_PID = "faasfuzz.pid"
_BORN = "faasfuzz.born"
_MACHINE = "faasfuzz.machine"
_CAMPAIGN = "faasfuzz.campaign"
_FUNCTION = "faasfuzz.function"
# The label by which SAM CLI says which function a container runs.
SAM_FUNCTION = "sam.cli.function.name"
_SUFFIX = re.compile(r"Fz(\d+)x(\d+)x([0-9a-f]{8})$")


def labels(campaign: str, function: str = "") -> dict[str, str]:
    """The labels of what this process makes."""
    made = {
        _PID: str(os.getpid()),
        _BORN: _born(os.getpid()),
        _MACHINE: _machine(),
        _CAMPAIGN: campaign,
    }
    return {**made, _FUNCTION: function} if function else made


def suffix() -> str:
    """The same for what SAM CLI makes, whose labels are its own: the end of a logical id."""
    return f"Fz{os.getpid()}x{_born(os.getpid())}x{_short_machine()}"


def clean(client: Any) -> list[str]:
    """Remove containers and networks of this machine's harnesses that are gone; gives their names.

    Raises TargetError when the engine does not answer.
    """
    removed = []
    with told("look for containers that were left behind"):
        for each in client.api.containers(all=True, filters={"label": SAM_FUNCTION}):
            name = _SUFFIX.search(each["Labels"][SAM_FUNCTION])
            if name and _orphaned(_as_labels(name)) and remove(client, each["Id"]):
                removed.append(each["Names"][0].lstrip("/"))
        filters = {"label": _PID}
        for each in client.api.containers(all=True, filters=filters):
            if _orphaned(each["Labels"]) and remove(client, each["Id"]):
                removed.append(each["Names"][0].lstrip("/"))
        for each in client.api.networks(filters=filters):
            if _orphaned(each["Labels"]):
                client.api.remove_network(each["Id"])
                removed.append(each["Name"])
    return removed


def remove(client: Any, container: str) -> bool:
    """Remove a container with its volumes, running or not; False when another was quicker."""
    try:
        client.api.remove_container(container, v=True, force=True)
    except NotFound:
        return False
    except APIError as error:
        if error.status_code != 409:  # its removal is under way
            raise
        return False
    return True


def _orphaned(given: dict[str, str]) -> bool:
    if given.get(_MACHINE) != _machine():
        return False
    pid = given.get(_PID, "")
    return not pid.isdigit() or _born(int(pid)) != given.get(_BORN)


def _born(pid: int) -> str:
    """When a process started, in ticks since boot (proc(5), field 22); "" when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    state, *fields = stat.rpartition(")")[2].split()
    return "" if state == "Z" else fields[18]


def _as_labels(suffix: re.Match[str]) -> dict[str, str]:
    pid, born, machine = suffix.groups()
    return {_PID: pid, _BORN: born, _MACHINE: _machine() if machine == _short_machine() else ""}


def _short_machine() -> str:
    return hashlib.sha256(_machine().encode()).hexdigest()[:8]


@cache
def _machine() -> str:
    """This boot of this machine: process numbers mean something only here."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return f"{socket.gethostname()} {boot.read_text().strip() if boot.exists() else ''}".strip()
