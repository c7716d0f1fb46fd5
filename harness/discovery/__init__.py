"""Discovery: a description of an application becomes an Application.

A new kind of description is a module with a Source, and a line in SOURCES.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.discovery.amplify import Amplify
from harness.discovery.azure import Azure
from harness.discovery.base import Source
from harness.discovery.cdk import Cdk
from harness.discovery.cloudformation import CloudFormation
from harness.discovery.describe import describe
from harness.discovery.google import Google
from harness.discovery.knative import Knative
from harness.discovery.openapi import OpenApi
from harness.discovery.openwhisk import OpenWhisk
from harness.discovery.samconfig import configured_template
from harness.discovery.serverless import Serverless
from harness.discovery.serverless_compose import ServerlessCompose
from harness.discovery.terraform import Terraform
from harness.errors import UsageError
from harness.model import Application, EventTemplate

SOURCES: tuple[Source, ...] = (
    ServerlessCompose(),
    Serverless(),
    Cdk(),
    Terraform(),
    Amplify(),
    Azure(),
    Google(),
    OpenWhisk(),
    Knative(),
    OpenApi(),
    CloudFormation(),
)

# What has to be turned into a description first: (files, what they are, how to mend it).
_PROGRAMS = (
    ("cdk.json", "this CDK app has no cdk.out", "run `cdk synth`"),
    (
        "serverless.[jt]s",
        "this service is a program",
        "run `serverless print --format json > serverless.json`",
    ),
    (
        ".chalice/config.json",
        "this is a Chalice app",
        "run `chalice package out` and name out/sam.json",
    ),
    (
        "amplify/backend.ts",
        "this is an Amplify app (Gen 2)",
        "run `npx ampx sandbox --once` and name .amplify/artifacts/cdk.out",
    ),
    (
        "sst.config.ts",
        "this is an SST app",
        "run `npx sst build` and name .sst/dist; of SST 3, name a SAM template of its functions",
    ),
    (
        "zappa_settings.*",
        "this is a Zappa project",
        "unpack what `zappa package` makes, and name a SAM template whose CodeUri it is",
    ),
    (
        "Pulumi.yaml",
        "this is a Pulumi program",
        "name a SAM template of its functions",
    ),
    (
        "*.tf",
        "this is a Terraform module and no plan",
        "run `terraform plan -out plan && terraform show -json plan > plan.json`",
    ),
)


def discover(
    source: Path,
    *,
    parameters: Mapping[str, str] | None = None,
    templates: Sequence[EventTemplate] = (),
    workdir: Path | None = None,
) -> Application:
    """The application in a file, or in a folder that holds one.

    `parameters` override the defaults which the file declares. Only triggers that one of
    `templates` claims are kept; of the others the function's notes tell. `workdir` takes code that
    is no folder yet (inline, zipped); without it that goes to a temporary folder.
    Raises UsageError.
    """
    path = _inside(source) if source.is_dir() else source
    for reader in SOURCES:
        if reader.recognises(path):
            return reader.load(
                path.resolve(), parameters=parameters or {}, templates=templates, workdir=workdir
            )
    raise UsageError("not a template that is known", path=path, mend="name a .yaml or .json file")


def declares(folder: Path) -> bool:
    """Whether a folder holds a description, or what one is made from."""
    return _described(folder) is not None or any(
        any(folder.glob(pattern)) for pattern, _, _ in _PROGRAMS
    )


def _described(folder: Path) -> Path | None:
    places = ((reader, folder / name) for reader in SOURCES for name in reader.names)
    return next((p for reader, p in places if p.is_file() and reader.recognises(p)), None)


def _inside(folder: Path) -> Path:
    described = configured_template(folder) or _described(folder)
    if described is not None:
        return described
    names = [name for reader in SOURCES for name in reader.names]
    for pattern, what, mend in _PROGRAMS:
        program = next(iter(sorted(folder.glob(pattern))), None)
        if program is not None:
            raise UsageError(what, path=program, mend=mend)
    raise UsageError(
        "this folder has no template",
        path=folder,
        mend=f"name a file, or a folder with one of {', '.join(names)}",
    )


__all__ = ["SOURCES", "Source", "declares", "describe", "discover"]
