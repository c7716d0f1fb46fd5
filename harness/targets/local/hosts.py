"""Functions of other platforms than AWS: what plays their host inside the runtime's process."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import TargetError
from harness.model import Function

_SENSORS = Path(__file__).parents[2] / "sensors"
HOSTS = _SENSORS / "python" / "hosts"
_NODE_HOSTS = _SENSORS / "node" / "hosts"
NAMESPACE = "guest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """`handler` is what our client calls; `packages` are those that the platform provides."""

    handler: str
    packages: tuple[str, ...]


# https://firebase.google.com/docs/functions/config-env#automatically_populated_environment_variables
_PROJECT = "sample-project"
_FIREBASE = {
    "FIREBASE_CONFIG": json.dumps(
        {
            "projectId": _PROJECT,
            "databaseURL": f"https://{_PROJECT}.firebaseio.com",
            "storageBucket": f"{_PROJECT}.firebasestorage.app",
        }
    ),
    "GCLOUD_PROJECT": _PROJECT,
}
_HOSTS = {
    ("azure", "python"): Host(handler="faasfuzz_hosts.azure.handle", packages=("azure-functions",)),
    ("gcp", "python"): Host(
        handler="faasfuzz_hosts.google.handle", packages=("functions-framework",)
    ),
    ("gcp", "nodejs"): Host(
        handler=str(_NODE_HOSTS / "google.handle"), packages=("@google-cloud/functions-framework",)
    ),
    ("knative", "python"): Host(handler="faasfuzz_hosts.knative.handle", packages=("func-python",)),
    ("openwhisk", "python"): Host(handler="faasfuzz_hosts.openwhisk.handle", packages=()),
}


def host_of(function: Function) -> Host | None:
    """What plays the host of a function's platform; None for Lambda, which our clients are.

    Raises TargetError for a platform or language that has none.
    """
    if function.provider == "aws":
        return None
    language = _language(function)
    host = _HOSTS.get((function.provider, language))
    if host is None:
        others = {"python": "Python", "nodejs": "Node.js"}
        runs = [others[own] for provider, own in _HOSTS if provider == function.provider]
        mend = f"; those in {' and '.join(runs)} do" if runs else ""
        raise TargetError(
            f"{function.name}: {function.runtime or 'this kind of'} functions of "
            f"{function.provider} do not run locally{mend}"
        )
    return host


def host_environment(function: Function, code: Path) -> Mapping[str, str]:
    """The variables that the platform defines, and what its host is told (FAASFUZZ_HOST).

    https://learn.microsoft.com/en-us/azure/azure-functions/functions-app-settings
    https://cloud.google.com/run/docs/container-contract#services-env-vars
    https://github.com/GoogleCloudPlatform/buildpacks/blob/main/cmd/nodejs/npm/main.go
    https://github.com/knative/specs/blob/main/specs/serving/runtime-contract.md#process
    https://github.com/apache/openwhisk/blob/master/docs/actions.md#accessing-action-metadata-within-the-action-body
    """
    signature = _signature(function)
    told = {"handler": function.handler, "root": str(code), "signature": signature}
    path, _, entry = function.handler.partition(":")
    own: dict[str, str] = {}
    if function.provider == "azure":
        own = {
            "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
            "AzureWebJobsScriptRoot": str(code),
            "FUNCTIONS_EXTENSION_VERSION": "~4",
            "FUNCTIONS_WORKER_RUNTIME": "python",
            "WEBSITE_SITE_NAME": "app",
        }
    elif function.provider == "gcp":
        own = {
            "FUNCTION_SIGNATURE_TYPE": signature,
            "FUNCTION_SOURCE": str(code / path),
            "FUNCTION_TARGET": entry,
            "GOOGLE_CLOUD_PROJECT": _PROJECT,
            "K_CONFIGURATION": function.name,
            "K_REVISION": f"{function.name}-00001-abc",
            "K_SERVICE": function.name,
            "PORT": "8080",
        }
        if _language(function) == "nodejs":
            own["NODE_ENV"] = "production"
        if _is_firebase(code):
            own |= _FIREBASE
    elif function.provider == "knative":
        own = {
            "K_CONFIGURATION": function.name,
            "K_REVISION": f"{function.name}-00001",
            "K_SERVICE": function.name,
            "PORT": "8080",
        }
    elif function.provider == "openwhisk":
        own = {
            "__OW_ACTION_NAME": f"/{NAMESPACE}/{function.name}",
            "__OW_API_HOST": "http://localhost",
            "__OW_NAMESPACE": NAMESPACE,
        }
    return {**own, "FAASFUZZ_HOST": json.dumps(told)}


def _is_firebase(code: Path) -> bool:
    """Whether a project asks for Firebase's library."""
    files = (code / name for name in ("package.json", "requirements.txt"))
    texts = (path.read_text(encoding="utf-8", errors="replace") for path in files if path.is_file())
    return any(re.search(r"firebase[-_]functions", text) for text in texts)


def _language(function: Function) -> str:
    """`python` of `python3.12`, `nodejs` of `nodejs20.x`."""
    return function.runtime.rstrip("0123456789.x")


def _signature(function: Function) -> str:
    """How Google's framework calls a function that no decorator marks."""
    templates = [trigger.template for trigger in function.triggers]
    if any(id.startswith("gcp.legacy.") for id in templates):
        return "event"
    http = (
        *("knative.http.", "gcp.functions.", "gcp.tasks.", "gcp.scheduler.http", "gcp.pubsub.push"),
        "gcp.firebase-auth.blocking",
    )
    return "http" if all(id.startswith(http) for id in templates) else "cloudevent"
