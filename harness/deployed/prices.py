"""What a call may cost, by the price table `prices.yaml`."""

import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import Field

from harness.catalogue.loading import Strict, read_document, validated
from harness.model import Function


class _Lambda(Strict):
    request: float = Field(ge=0)
    gb_second: Mapping[str, float]
    shortest_ms: int = Field(gt=0)


class _Prices(Strict):
    lambda_: _Lambda = Field(alias="lambda")
    doors: Mapping[str, float]
    factor: Mapping[str, float]
    other: float = Field(ge=1)


def invocation(function: Function, region: str, milliseconds: float | None = None) -> float:
    """Dollars for one run of a function; for the longest that it may run when not told how long."""
    prices = _prices()
    billed = function.timeout * 1000 if milliseconds is None else milliseconds
    billed = max(prices.lambda_.shortest_ms, math.ceil(billed))
    rates = prices.lambda_.gb_second
    rate = rates.get(function.architecture, max(rates.values()))
    own = prices.lambda_.request + rate * function.memory / 1024 * billed / 1000
    return own * _factor(region)


def door(name: str, region: str) -> float:
    """Dollars for one event that is caused at a front door; the dearest when it is not known."""
    known = _prices().doors
    return known.get(name, max(known.values())) * _factor(region)


def _factor(region: str) -> float:
    prices = _prices()
    return prices.factor.get(region, prices.other)


@cache
def _prices() -> _Prices:
    return validated(_Prices, read_document(Path(__file__).with_suffix(".yaml")))
