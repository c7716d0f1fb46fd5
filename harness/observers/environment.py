"""Which environment variables of a function hold a secret."""

from collections.abc import Mapping

from harness.deployed.secrecy import secret_of
from harness.model import Function


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
