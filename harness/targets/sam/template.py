"""The application as a template that SAM CLI runs as it stands: resolved, and with our environment.

SAM CLI gives a function only the variables that its template declares, so the endpoint of the
local cloud has to stand in one. Whatever the application was written in, this is plain SAM.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.model import Application, Function
from harness.targets.sam.routes import Route, binary_types, events

_FUNCTION = "AWS::Serverless::Function"
_LAYER = "AWS::Serverless::LayerVersion"


def template(
    application: Application,
    names: Mapping[str, str],
    environment: Mapping[str, str],
    routes: Mapping[str, tuple[Route, ...]],
) -> dict[str, Any]:
    """The functions that have code or an image; `names` are their logical ids here, by name.

    `routes` are those which they have behind start-api, by name, too.
    """
    resources: dict[str, Any] = {}
    layers: dict[Path, str] = {}
    for function in application.functions:
        if not runnable(function):
            continue
        for layer in function.layers:
            layers.setdefault(layer, f"Layer{len(layers)}")
        resources[names[function.name]] = {
            "Type": _FUNCTION,
            "Properties": _properties(function, layers, environment),
        }
        if routes.get(function.name):
            resources[names[function.name]]["Properties"]["Events"] = events(routes[function.name])
    for layer, name in layers.items():
        resources[name] = {"Type": _LAYER, "Properties": {"ContentUri": str(layer)}}
    made: dict[str, Any] = {"Transform": "AWS::Serverless-2016-10-31", "Resources": resources}
    binary = binary_types(application)
    if binary:
        made["Globals"] = {"Api": {"BinaryMediaTypes": binary}}
    return made


def runnable(function: Function) -> bool:
    """Whether there is something that SAM CLI could run."""
    if function.package == "image":
        return function.image is not None and bool(function.image.uri)
    return function.code is not None


def _properties(
    function: Function, layers: Mapping[Path, str], environment: Mapping[str, str]
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "FunctionName": function.name,
        "Timeout": function.timeout,
        "MemorySize": function.memory,
        "Architectures": [function.architecture],
        "Environment": {
            "Variables": {
                **function.environment,
                **environment,
                "AWS_LAMBDA_FUNCTION_NAME": function.name,  # else the logical id
            }
        },
    }
    if function.image is not None:
        image = function.image
        config = {
            "Command": list(image.command),
            "EntryPoint": list(image.entry_point),
            "WorkingDirectory": image.working_directory,
        }
        told |= {
            "PackageType": "Image",
            "ImageUri": image.uri,
            "ImageConfig": {name: value for name, value in config.items() if value},
        }
    else:
        told |= {
            "Runtime": function.runtime,
            "Handler": function.handler,
            "CodeUri": str(function.code),
            "Layers": [{"Ref": layers[layer]} for layer in function.layers],
        }
    return told
