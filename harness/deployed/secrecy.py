"""What is secret, and how it is kept out of everything that we write.

A secret of a deployed function is replaced, wherever the function shows it, by a stand-in made of
its name: whoever looks for exposed secrets finds the stand-in, and the secret itself goes nowhere.
"""

import base64
import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from harness.model import FunctionError, Outcome

# What names a secret by the habits of twelve-factor applications and of secret scanners (gitleaks,
# detect-secrets). `KEY` alone is left out: TABLE_KEY and SORT_KEY are names of columns.
_NAMES = re.compile(
    r"(?:^|_)(?:PASS(?:WORD|WD|PHRASE)?|PWD|SECRET|TOKEN|API_?KEY|CREDENTIALS?|PRIVATE(?:_?KEY)?"
    r"|ACCESS_?KEY|SIGNING_?KEY|ENCRYPTION_?KEY|MASTER_?KEY|JWT_?KEY|AUTH_?KEY)(?:_|$)",
    re.IGNORECASE,
)
# Such a name that ends like this says where the secret is, not what it is.
_POINTERS = re.compile(
    r"_(?:ARN|NAME|ID|PATH|URL|URI|TABLE|BUCKET|QUEUE|TTL|EXPIRY|FILE|PARAMETER|HEADER|PREFIX)$",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_CREDENTIALS_IN_URL = re.compile(r"^[a-z][a-z0-9+.-]*://[^/@\s]*:([^/@\s]+)@", re.IGNORECASE)
_URL = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_LOOKS_RANDOM = re.compile(r"[A-Za-z0-9+/=_-]{20,}")

SHORTEST = 6  # anything shorter turns up in texts by chance
_BITS = 4.0  # per character; detect-secrets' limit for base64 is 4.5, for hexadecimal 3.0

# The role of a deployed function has credentials in its environment, new ones every few hours.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
_ROLE = re.compile(
    r"(?P<id>\b(?:AKIA|ASIA)[A-Z0-9]{16}\b)"
    r"|(?P<head>AWS_(?:SECRET_ACCESS_KEY|SESSION_TOKEN|SECURITY_TOKEN)[\"'\\]*\s*[=:]\s*[\"'\\]*)"
    r"(?P<value>[A-Za-z0-9+/=%_-]{16,})"
    r"|(?P<session>\b(?:IQoJ|FwoG|FQoG)[A-Za-z0-9+/=]{100,})"
)


def looks_secret(value: str) -> bool:
    """True for a long random text: letters of both cases and digits, high in entropy."""
    return (
        _LOOKS_RANDOM.fullmatch(value) is not None
        and any(c.isdigit() for c in value)
        and any(c.islower() for c in value)
        and any(c.isupper() for c in value)
        and _entropy(value) >= _BITS
    )


def secret_of(name: str, value: str) -> str | None:
    """The secret in a named value, None when it holds none."""
    match = _CREDENTIALS_IN_URL.match(value)
    if match is not None:
        value = match.group(1)
        return value if len(value) >= SHORTEST else None
    if len(value) < SHORTEST or value.startswith("arn:") or _URL.match(value):
        return None
    spelt = _CAMEL.sub("_", name)
    named = _NAMES.search(spelt) is not None and _POINTERS.search(spelt) is None
    plain = value.lower() in {"true", "false", "enabled", "disabled"} or value.isdecimal()
    return value if (named and not plain) or looks_secret(value) else None


def withheld(
    function: str, environment: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """A function's variables with stand-ins for secrets, and the stand-in of each secret."""
    shown: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for name, value in environment.items():
        secret = secret_of(name, value)
        if secret is None:
            shown[name] = value
            continue
        stand_in = secrets.setdefault(secret, _stand_in(f"{function}/{name}"))
        shown[name] = value.replace(secret, stand_in)
    return shown, secrets


class Redactor:
    """Replaces secrets in whatever a deployed function answers or logs.

    `secrets` maps them to their stand-ins; credentials of a role are known by their form.
    """

    def __init__(self, secrets: Mapping[str, str], ours: Iterable[str] = ()) -> None:
        known = dict.fromkeys(ours, "withheld") | dict(secrets)
        # A secret may be part of another one: the longest goes first.
        self._forms = {
            form: stand_in
            for secret, stand_in in sorted(known.items(), key=lambda item: -len(item[0]))
            if len(secret) >= SHORTEST
            for form in dict.fromkeys(
                (
                    secret,
                    json.dumps(secret)[1:-1],
                    base64.b64encode(secret.encode()).decode().rstrip("="),
                    secret.encode().hex(),
                )
            )
        }

    def text(self, text: str) -> str:
        """The text without secrets."""
        for form, stand_in in self._forms.items():
            text = text.replace(form, stand_in)
        return _ROLE.sub(_role, text)

    def value(self, value: Any) -> Any:
        """A JSON value without secrets, in its keys too."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {self.value(key): self.value(item) for key, item in value.items()}
        return value

    def outcome(self, outcome: Outcome) -> Outcome:
        """The outcome without secrets, wherever it could show them."""
        error = outcome.error
        return replace(
            outcome,
            raw=self.text(outcome.raw),
            response=self.value(outcome.response),
            logs=self.text(outcome.logs),
            error=error
            and FunctionError(
                type=error.type,
                message=self.text(error.message),
                trace=tuple(map(self.text, error.trace)),
            ),
        )


def _role(match: re.Match[str]) -> str:
    return f"{match['head'] or ''}withheld-credential"


def _stand_in(name: str) -> str:
    """Random to look at, so that it counts as a secret itself; it says nothing about the secret."""
    digest = hashlib.sha256(f"withheld/{name}".encode()).digest()
    return "withheld-" + base64.urlsafe_b64encode(digest).decode()[:32]


def _entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    counts = Counter(value).values()
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)
