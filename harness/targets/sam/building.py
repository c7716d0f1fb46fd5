"""`sam build`, and what it made of the functions."""

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from harness.errors import UsageError
from harness.model import Application, Function, Image
from harness.targets.sam.service import settings

_BUILD = Path(".aws-sam", "build")


def built(application: Application, command: str) -> Application:
    """The application with the code and images that SAM CLI builds beside its template.

    Raises UsageError, with SAM CLI's own reason, when it does not build.
    """
    source = application.source
    done = subprocess.run(
        [command, "build", "--template", str(source.resolve())],
        cwd=source.resolve().parent,
        env=settings(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise UsageError(
            f"sam build fails: {lines[-1] if lines else f'exit status {done.returncode}'}",
            path=source,
            mend="make `sam build` work there, or leave the option build out",
        )
    folder = source.resolve().parent / _BUILD
    resources = yaml.safe_load((folder / "template.yaml").read_text("utf-8"))["Resources"]
    functions = (_built(each, folder, resources) for each in application.functions)
    return replace(application, functions=tuple(functions))


def _built(function: Function, folder: Path, resources: dict[str, Any]) -> Function:
    properties = resources.get(function.name, {}).get("Properties") or {}
    code, uri = properties.get("CodeUri"), properties.get("ImageUri")
    if function.package == "image" and isinstance(uri, str):
        return replace(function, image=replace(function.image or Image(uri=""), uri=uri))
    if isinstance(code, str) and (folder / code).is_dir():
        return replace(function, code=(folder / code).resolve(), built=True)
    return function
