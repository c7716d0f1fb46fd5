"""The Docker engine: reached, asked for images, its refusals told in one line."""

import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import docker
from docker.errors import APIError, DockerException, ImageNotFound
from requests.exceptions import RequestException

from harness.errors import TargetError
from harness.model import Function

_UNIX = "unix://"
_LOCAL = _UNIX + "/var/run/docker.sock"
_SECONDS = 60  # a call of the engine; pulling has its own patience
_PLATFORMS = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}
_RUNTIME = re.compile(r"(python|nodejs|java|dotnet|ruby|provided|go)([\w.]*?)(?:\.x)?")
_REGISTRY = "public.ecr.aws/lambda"


def connect() -> Any:
    """A client of the engine that DOCKER_HOST names, else of the local one. Raises TargetError."""
    where = os.environ.get("DOCKER_HOST") or _LOCAL
    client = None
    try:
        if where.startswith(_UNIX):
            # The SDK would leave its own socket open when nobody listens.
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(where.removeprefix(_UNIX))
        client = docker.from_env(timeout=_SECONDS)
        client.ping()
    except (DockerException, OSError) as error:
        if client is not None:
            client.close()
        raise TargetError(
            f"no Docker engine answers at {where} ({_reason(error)}); start one "
            "(`systemctl start docker`), or name it in DOCKER_HOST"
        ) from error
    return client


@contextmanager
def told(doing: str) -> Iterator[None]:
    """Turns what the engine refuses into a TargetError that begins with what was being done."""
    try:
        yield
    except (DockerException, RequestException) as error:
        raise TargetError(f"cannot {doing}: {_reason(error)}") from error


def base_image(function: Function) -> str:
    """The image of AWS for a function's runtime. Raises TargetError when it names none.

    https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#runtimes-images-lp
    """
    match = _RUNTIME.fullmatch(function.runtime)
    if match is None:
        raise TargetError(
            f"{function.name}: no base image is known for runtime {function.runtime!r}; "
            "name one with the option image"
        )
    return f"{_REGISTRY}/{match[1]}:{match[2] or 'latest'}"


def have_image(client: Any, name: str, *, pull: str, architecture: str) -> dict[str, Any]:
    """The image's configuration, pulled as `pull` (missing, always, never) says.

    Raises TargetError when it cannot be had.
    """
    if pull != "always":
        with told(f"look for image {name}"):
            try:
                return _config(client.api.inspect_image(name))
            except ImageNotFound:
                pass
    if pull == "never":
        raise TargetError(
            f"image {name} is not there and pull is never; build it (`sam build`, `docker build "
            f"-t {name} .`) or pull it yourself"
        )
    try:
        repository, tag = _split(name)
        client.images.pull(repository, tag=tag, platform=_PLATFORMS.get(architecture))
        return _config(client.api.inspect_image(name))
    except (DockerException, RequestException) as error:
        raise TargetError(
            f"image {name} is not there and cannot be pulled ({_reason(error)}); build it "
            f"(`sam build`, `docker build -t {name} .`), or log in (`docker login`)"
        ) from error


def _split(name: str) -> tuple[str, str | None]:
    if "@" in name:
        return name, None
    head, colon, tail = name.rpartition(":")
    return (head, tail) if colon and "/" not in tail else (name, "latest")


def _config(image: dict[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = image.get("Config") or {}
    return config


def _reason(error: Exception) -> str:
    """One line: the engine's own words where it has some, else the innermost cause's."""
    if isinstance(error, APIError) and error.explanation:
        text = str(error.explanation)
    else:
        cause: BaseException = error
        while cause.__cause__ or cause.__context__:
            cause = cause.__cause__ or cause.__context__ or cause
        text = str(cause)
    return " ".join(text.split())[:300]
