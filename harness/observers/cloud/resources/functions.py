"""The application's functions, as something that may be invoked: no code is ever run here."""

import io
import json
import re
import zipfile
from collections.abc import Iterator

from harness.model import Application
from harness.observers.cloud.inside import Refused
from harness.observers.cloud.resources.context import Provision

_ROLE = "application-functions"
_TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
_ARN = re.compile(r"arn:[a-z-]+:lambda:[a-z0-9-]*:\d*:function:([a-zA-Z0-9_-]{1,64})\*?(:.*)?")


def make_functions(provision: Provision) -> Iterator[str]:
    """Make every function; what could not be made is told, a line each."""
    names = sorted(set(_names(provision.application)))
    if not names:
        return
    role = {"RoleName": _ROLE, "AssumeRolePolicyDocument": _TRUST}
    arn = provision.inside.call("iam", "CreateRole", role)["Role"]["Arn"]
    code = _nothing()
    for name in names:
        function = {"FunctionName": name, "Role": arn, "Code": {"ZipFile": code}}
        try:
            provision.inside.call(
                "lambda", "CreateFunction", {**function, "Handler": "app.handler"}
            )
        except Refused as error:
            yield f"{name}: {error}"


def _names(application: Application) -> Iterator[str]:
    """A function may be deployed under another name than it has in its template: whoever may call
    it, or is told its ARN, names it.
    """
    for function in application.functions:
        yield function.name
        named = list(function.environment.values())
        for statement in function.policies:
            resources = statement.get("Resource") or ()
            named += [resources] if isinstance(resources, str) else resources
        for text in named:
            match = _ARN.fullmatch(text) if isinstance(text, str) else None
            if match:
                yield match[1]


def _nothing() -> bytes:
    """The smallest code that Lambda takes: an archive with an empty file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), "")
    return buffer.getvalue()
