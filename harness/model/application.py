"""What discovery finds: an application, its functions, their triggers and their wiring."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """One way an event reaches a function.

    `template` is the id of the event template (`aws.s3.object-created`). `facts` are the deployed
    facts which the template's bindings copy into the event, e.g. `bucket`, `topic_arn`,
    `queue_arn`, `table`, `stream_arn`, `path` ("/orders/{id}"), `method`, `route_key`.
    `source` is the logical id of the resource behind it, None for direct invocation.
    """

    template: str
    source: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    batch_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The container image of a function; what the template does not override is empty.

    `uri` names it as `docker pull` takes it, "" when nothing says it.
    """

    uri: str
    entry_point: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    working_directory: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A deployable function as its template declares it.

    `timeout` is in seconds, `memory` in MB. `code` is the folder that becomes /var/task (the
    `.aws-sam/build` folder when there is one, `built` is True then and holds the dependencies);
    None for container images, which have `image`. `environment` is fully resolved. `policies` are
    IAM statements (`{"Effect", "Action": [...], "Resource": [...]}`) or `{"Managed": name}` as far
    as they resolve. `declared_in` is `file:line` of the declaration, for reports. `provider` is
    whose platform it is written for (`aws`, `azure`, `gcp`, `knative`, `openwhisk`); `handler` is
    named as that platform does (`function_app.py:orders`), `runtime` always as Lambda does.
    """

    name: str
    runtime: str
    handler: str
    code: Path | None
    built: bool = False
    package: str = "zip"
    image: Image | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout: int = 3
    memory: int = 128
    ephemeral_mb: int = 512
    architecture: str = "x86_64"
    triggers: tuple[Trigger, ...] = ()
    policies: tuple[Mapping[str, Any], ...] = ()
    layers: tuple[Path, ...] = ()
    declared_in: str = ""
    notes: tuple[str, ...] = ()
    provider: str = "aws"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedResource:
    """A resource of the application: its logical id, CloudFormation type and physical name.

    `properties` are the declared properties with intrinsics resolved as far as possible.
    """

    name: str
    kind: str
    physical: str
    arn: str = ""
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Something flows from `origin` to `to` (logical ids); `via` says how (sns, ...)."""

    origin: str
    to: str
    via: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Everything a campaign needs to know of the application under test."""

    name: str
    source: Path
    functions: tuple[Function, ...]
    resources: tuple[ResolvedResource, ...] = ()
    edges: tuple[Edge, ...] = ()
    notes: tuple[str, ...] = ()
    region: str = "us-east-1"
    account: str = "123456789012"
