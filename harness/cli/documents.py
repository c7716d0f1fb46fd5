"""An OpenAPI document that a server hands out, as a source."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from harness.deployed.address import url
from harness.discovery.openapi import OpenApi, below
from harness.errors import TargetError, UsageError
from harness.model import Application, EventTemplate
from harness.targets.http.auth import auth_of
from harness.targets.http.connection import client_of
from harness.targets.http.settings import http_settings

_SECONDS = 30
_LARGEST = 32 << 20
_MEND = "name the address of an OpenAPI document, or download it and name the file"


def fetched(
    source: Path, tables: Mapping[str, Any], templates: Sequence[EventTemplate]
) -> Application:
    """The application that the document at a URL describes.

    It is asked for within the scope of the table [http], and let in as that says. Raises
    UsageError when that is refused, or no such document comes.
    """
    place = url(source)
    try:
        parts = urlsplit(place)
    except ValueError as error:
        raise UsageError(f"{place} is no address: {error}", mend=_MEND) from error
    table = {k: v for k, v in dict(tables.get("http", {})).items() if k != "urls"}
    settings = http_settings({**table, "url": f"{parts.scheme}://{parts.netloc}"})
    try:
        with client_of(settings) as client:
            answer = client.get(
                place, auth=auth_of(settings), headers=settings.headers, timeout=_SECONDS
            )
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        raise UsageError(f"{place} answers {error.response.status_code}", mend=_MEND) from error
    except (httpx.HTTPError, httpx.InvalidURL, TargetError) as error:
        raise UsageError(f"{place} cannot be read: {error}", mend=_MEND) from error
    if len(answer.content) > _LARGEST:
        raise UsageError(f"{place} is larger than {_LARGEST >> 20} MiB", mend=_MEND)
    reader = OpenApi()
    ending = ".json" if answer.text.lstrip().startswith("{") else ".yaml"
    with tempfile.TemporaryDirectory(prefix="faasfuzz-") as folder:
        file = Path(folder, f"openapi{ending}")
        file.write_text(answer.text, encoding="utf-8")
        if not reader.recognises(file):
            raise UsageError(f"{place} is no OpenAPI document", mend=_MEND)
        try:
            found = reader.load(file, parameters={}, templates=templates, workdir=None)
        except UsageError as error:  # where the copy was is of no use to anyone
            raise UsageError(str(error).replace(str(file), place)) from error
        functions = tuple(
            replace(f, declared_in=f.declared_in.replace(str(file), place)) for f in found.functions
        )
    return below(replace(found, functions=functions, source=source), place)
