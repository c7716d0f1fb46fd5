"""Decoys: files and credentials that exist only to be seen where they should not be."""

import secrets
import string
from collections.abc import Mapping
from pathlib import Path
from random import Random
from shutil import rmtree

from harness.model import Canary

_BASE32 = string.ascii_uppercase + "234567"
_BASE64 = string.ascii_letters + string.digits + "+/"


class DecoyFiles:
    """Files whose content is never sent, one a canary, in a folder of `parent` made when needed.

    The folder's name cannot be guessed, so only a function that was led there reads it. It is
    short because a payload carries it, often with `../` before it.
    """

    def __init__(self, parent: Path) -> None:
        self.folder = parent / f"fz{secrets.token_hex(4)}"

    def path(self, canary: Canary) -> str:
        return f"{self.folder}/{canary.token}"

    def plant(self, canary: Canary) -> None:
        self.folder.mkdir(mode=0o755, exist_ok=True)
        Path(self.path(canary)).write_text(canary.planted)

    def remove(self, canary: Canary) -> None:
        Path(self.path(canary)).unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove the folder and everything in it, also what a function left there."""
        rmtree(self.folder, ignore_errors=True)


def make_decoys(random: Random) -> Mapping[str, str]:
    """Credentials of a Lambda execution role, by environment variable: real in form, worthless.

    A role's key id begins with ASIA and comes with a session token (AWS IAM user guide, "IAM
    identifiers").
    """
    return {
        "AWS_ACCESS_KEY_ID": "ASIA" + _draw(random, _BASE32, 16),
        "AWS_SECRET_ACCESS_KEY": _draw(random, _BASE64, 40),
        "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2Vj" + _draw(random, _BASE64, 340),
    }


def _draw(random: Random, alphabet: str, length: int) -> str:
    return "".join(random.choices(alphabet, k=length))
