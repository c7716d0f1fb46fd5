"""The local cloud needs none of the user's settings of AWS, and must not fail over them."""

import contextlib
import os
from collections.abc import Iterator

_NAMED = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")


@contextlib.contextmanager
def without_settings() -> Iterator[None]:
    """Hide profiles and settings files from this process; give them back at the end.

    moto opens sessions of boto3, which fail where the files cannot be parsed or name no such
    profile. Afterwards they are needed again: the process may be one of the user's own tests.
    Source: https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html
    """
    before = {name: os.environ.get(name) for name in _NAMED + _FILES}
    for name in _NAMED:
        os.environ.pop(name, None)
    for name in _FILES:
        os.environ[name] = os.devnull
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
