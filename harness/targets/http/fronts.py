"""What the services in front of functions answer on their own account, from `fronts.yaml`."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import Field, RootModel

from harness.catalogue.loading import Strict, read_document, validated

# Headers that the front adds to every answer.
_ADDED = re.compile(
    r"(?:date|connection|keep-alive|server|via|content-length|transfer-encoding|apigw-requestid"
    r"|x-amzn-requestid|x-amz-apigw-id|x-amzn-trace-id|x-amz-cf-.*|x-cache|x-amzn-remapped-.*)"
)


class Meaning(StrEnum):
    """What the front says of a call."""

    ERROR = "error"  # the function failed, or answered what the front cannot use
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    THROTTLED = "throttled"
    REFUSED = "refused"  # the function was not called


class _Answer(Strict):
    status: int
    means: Meaning
    body: str = "(?s).*"


class _Front(Strict):
    source: str
    answers: tuple[_Answer, ...] = Field(min_length=1)


class _Fronts(RootModel[Mapping[str, _Front]]):
    pass


# Load balancers answer alike for both forms of headers.
_SAME = {"alb-multi-value": "alb"}


def meaning(kind: str, status: int, body: str) -> Meaning | None:
    """What an answer says that the front of a contract `kind` made itself; None: it is no such."""
    front = _fronts()[_SAME.get(kind, kind)]
    for answer in front.answers:
        if answer.status == status and re.fullmatch(answer.body, body.strip()):
            return answer.means
    return None


def added(header: str) -> bool:
    """Whether an answer's header (in lower case) comes from the front or the connection."""
    return _ADDED.fullmatch(header) is not None


@cache
def _fronts() -> Mapping[str, _Front]:
    return validated(_Fronts, read_document(Path(__file__).with_suffix(".yaml"))).root
