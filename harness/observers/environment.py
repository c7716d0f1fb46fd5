"""Which environment variables of a function hold a secret."""

import math
import re
from collections import Counter
from collections.abc import Mapping

from harness.model import Function

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


def environment_decoys(function: Function) -> Mapping[str, str]:
    """The secrets among the function's own variables: value -> "environment:NAME".

    Of a URL with credentials only the password counts. Names of resources, ARNs, URLs without
    credentials and values under six characters are no secrets.
    """
    found: dict[str, str] = {}
    for name, value in function.environment.items():
        secret = secret_of(name, value)
        if secret is not None:
            found.setdefault(secret, f"environment:{name}")
    return found


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


def _entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    counts = Counter(value).values()
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts)
