"""Whose a container is: labels that outlive the harness, and removal of what was left."""

import os
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


def labels(campaign: str, function: str = "") -> dict[str, str]:
    """The labels of what this process makes."""
    made = {
        _PID: str(os.getpid()),
        _BORN: _born(os.getpid()),
        _MACHINE: _machine(),
        _CAMPAIGN: campaign,
    }
    return {**made, _FUNCTION: function} if function else made


def clean(client: Any) -> list[str]:
    """Remove containers and networks of this machine's harnesses that are gone; gives their names.

    Raises TargetError when the engine does not answer.
    """
    removed = []
    with told("look for containers that were left behind"):
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


@cache
def _machine() -> str:
    """This boot of this machine: process numbers mean something only here."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    return f"{socket.gethostname()} {boot.read_text().strip() if boot.exists() else ''}".strip()
