"""Services of the Serverless Framework (v3 and v4): `serverless.yml`.

A service is translated to the resources that the framework would deploy, under its logical ids, so
that what its own `resources` refer to is there.
https://www.serverless.com/framework/docs/providers/aws/guide/serverless.yml
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.discovery.assembling import application, renamed
from harness.discovery.loading import LOOP, MACRO, line_of, load_document, standing_at
from harness.discovery.serverless_events import Service, logical, translated
from harness.discovery.serverless_variables import Variables
from harness.discovery.shapes import mapping, mappings, texts
from harness.discovery.stack import Stack
from harness.discovery.transforms import transformed
from harness.errors import UsageError
from harness.model import Application, EventTemplate

_ROLE = "IamRoleLambdaExecution"
_TIMEOUT_SECONDS, _MEMORY_MB = 6, 1024
_MEND = "name a serverless.yml with a service, a provider and functions"


class Serverless:
    """Services on AWS; programs (serverless.ts, plugins) are not run."""

    names = ("serverless.yml", "serverless.yaml", "serverless.json")

    def recognises(self, path: Path) -> bool:
        """See Source.recognises; any name will do that says serverless (`serverless.prod.yml`)."""
        return path.name.startswith("serverless.") and path.suffix in (".yml", ".yaml", ".json")

    def load(
        self,
        path: Path,
        *,
        parameters: Mapping[str, str],
        templates: Sequence[EventTemplate],
        workdir: Path | None,
    ) -> Application:
        """See Source.load. `parameters` are the framework's options and params (`stage`)."""
        service = Translation(path, parameters)
        template, notes = transformed(service.template, path, {})
        stack = Stack(template, path, {}, service.origins, lenient=True)
        made = application(stack, templates, workdir, (*service.notes, *notes))
        return renamed(replace(made, name=service.name), service.keys)


class Translation:
    """A service as a template. `keys` are its functions' names by their logical ids."""

    def __init__(self, path: Path, parameters: Mapping[str, Any]) -> None:
        document = load_document(path, _MEND)
        provider = mapping(document.get("provider"))
        cloud = provider.get("name", document.get("provider"))
        if cloud != "aws":
            raise UsageError(
                f"a service on {cloud or 'no provider'} is not known",
                path=path,
                line=line_of(document, "provider") if "provider" in document else 1,
                mend="only provider aws is",
            )
        self._path = path
        self._variables = Variables(document, path, parameters)
        self._document = mapping(self._variables.resolve(dict(document)))
        self._provider = mapping(self._document.get("provider"))
        declared = self._document.get("service")
        self.name = str(mapping(declared).get("name") or declared or path.parent.name)
        self.notes: list[str] = []
        self.origins: dict[str, Path] = {}
        functions = dict(self._functions())
        ids = {str(key): f"{logical(str(key))}LambdaFunction" for key in functions}
        self.keys = {name: key for key, name in ids.items()}
        http = mapping(self._provider.get("httpApi"))
        self._service = Service(
            stage=self._variables.stage,
            functions=ids,
            http_payload=str(http.get("payload", "2.0")),
            http_authorizers=mapping(http.get("authorizers")),
        )
        self.template = self._template(functions, ids)
        self.notes = [*self.notes, *self._variables.notes]

    def _functions(self) -> Iterator[tuple[Any, Mapping[str, Any]]]:
        """`functions` is a mapping, or a list of them when it is shared out to files."""
        declared = self._document.get("functions")
        if not mappings(declared):
            raise UsageError("there are no functions in it", path=self._path, line=1, mend=_MEND)
        for part in mappings(declared):
            for key, function in part.items():
                if not isinstance(function, dict):
                    raise UsageError(
                        f"function {key} is no mapping",
                        path=self._variables.origin(key) or self._path,
                        line=line_of(key),
                        mend="give it a handler",
                    )
                yield key, function

    def _template(
        self, functions: Mapping[Any, Mapping[str, Any]], ids: Mapping[str, str]
    ) -> dict[str, Any]:
        resources: dict[Any, Any] = {_ROLE: self._role()}
        for key, layer in mapping(self._document.get("layers")).items():
            content = mapping(layer).get("path") or mapping(mapping(layer).get("package")).get(
                "artifact"
            )
            resources[standing_at(key, f"{logical(str(key))}LambdaLayer")] = {
                "Type": "AWS::Lambda::LayerVersion",
                "Properties": {"Content": content, "LayerName": str(key)},
            }
        for key, function in functions.items():
            made = translated(function.get("events"), self._service)
            self.notes += [f"function {key}: {note}" for note in made.notes]
            name = standing_at(key, ids[str(key)])
            origin = self._variables.origin(key)
            if origin is not None:
                self.origins[ids[str(key)]] = origin
            resources |= made.resources
            resources[name] = {
                "Type": "AWS::Serverless::Function",
                "Properties": self._properties(str(key), function) | {"Events": made.events},
            }
        plugins = self._document.get("plugins")
        named = texts(mapping(plugins).get("modules") or plugins)
        if named:
            self.notes.append(f"plugins are not run: {', '.join(named)}")
        own: dict[str, Any] = {"Resources": resources}
        for part in mappings(self._document.get("resources")):
            for section in ("Parameters", "Mappings", "Conditions", "Outputs"):
                own.setdefault(section, {}).update(mapping(part.get(section)))
            for key, declared in mapping(part.get("Resources")).items():
                if str(key).startswith((LOOP, MACRO)):
                    resources[key] = declared
                else:
                    self._add(resources, key, mapping(declared))
        for key, machine in self._state_machines():
            resources[f"{logical(key)}StepFunctionsStateMachine"] = machine
        return own

    def _add(self, resources: dict[Any, Any], key: Any, declared: Mapping[str, Any]) -> None:
        """A resource of the service's own, or properties for one that the framework makes."""
        known = resources.get(key)
        if known is not None:
            more = mapping(declared.get("Properties"))
            resources[key] = {**known, "Properties": {**known["Properties"], **more}}
        elif isinstance(declared.get("Type"), str):
            resources[key] = declared
        else:
            self.notes.append(f"resource {key} has no Type, and nothing here makes one; left out")

    def _properties(self, key: str, function: Mapping[str, Any]) -> dict[str, Any]:
        """Properties of SAM; what a function does not say, its provider does."""

        def either(name: str, default: Any = None) -> Any:
            return function.get(name, self._provider.get(name, default))

        environment = {
            **mapping(self._provider.get("environment")),
            **mapping(function.get("environment")),
        }
        image = function.get("image")
        destinations = {
            {"onSuccess": "OnSuccess", "onFailure": "OnFailure"}[when]: {
                "Destination": self._target(target)
            }
            for when, target in mapping(function.get("destinations")).items()
            if when in ("onSuccess", "onFailure")
        }
        role = function.get("role", mapping(self._provider.get("iam")).get("role"))
        own_role = not isinstance(role, str) and "Fn::GetAtt" not in mapping(role)
        made = {
            "FunctionName": function.get("name") or f"{self.name}-{self._variables.stage}-{key}",
            "Runtime": either("runtime", "nodejs20.x"),
            "Handler": function.get("handler"),
            "CodeUri": self._code(key, function),
            "PackageType": "Image" if image else None,
            "ImageUri": image if isinstance(image, str) else mapping(image).get("uri"),
            "ImageConfig": {
                "Command": mapping(image).get("command"),
                "EntryPoint": mapping(image).get("entryPoint"),
                "WorkingDirectory": mapping(image).get("workingDirectory"),
            }
            if isinstance(image, dict)
            else None,
            "Timeout": either("timeout", _TIMEOUT_SECONDS),
            "MemorySize": either("memorySize", _MEMORY_MB),
            "EphemeralStorage": {"Size": function["ephemeralStorageSize"]}
            if "ephemeralStorageSize" in function
            else None,
            "Architectures": [either("architecture", "x86_64")],
            "Environment": {"Variables": environment},
            "Layers": function.get("layers", self._provider.get("layers")),
            "Role": {"Fn::GetAtt": [_ROLE, "Arn"]} if own_role else _role_arn(role),
            "Policies": [{"Statement": function["iamRoleStatements"]}]
            if "iamRoleStatements" in function
            else None,
            "FunctionUrlConfig": _url(function.get("url")),
            "EventInvokeConfig": {"DestinationConfig": destinations} if destinations else None,
            "DeadLetterConfig": {"TargetArn": function["onError"]}
            if "onError" in function
            else None,
        }
        return {name: value for name, value in made.items() if value is not None}

    def _code(self, key: str, function: Mapping[str, Any]) -> str:
        """The service's own folder, or what was packaged of it when it has to be compiled."""
        folder = self._path.parent
        for holder in (function, self._document):
            artifact = mapping(holder.get("package")).get("artifact")
            if artifact:
                return str((folder / str(artifact)).resolve())
        module = str(function.get("handler", "")).rpartition(".")[0]
        if (folder / f"{module}.ts").is_file():
            packaged = folder / ".serverless"
            for made in (f"{key}.zip", f"{self.name}.zip", "build"):
                if (packaged / made).exists():
                    return str((packaged / made).resolve())
            self.notes.append(f"function {key} is TypeScript: run `serverless package` first")
        return str(folder.resolve())

    def _target(self, value: Any) -> Any:
        """A destination: an ARN, a mapping with one, or a function of this service."""
        value = mapping(value).get("arn", value)
        name = self._service.functions.get(value) if isinstance(value, str) else None
        return {"Fn::GetAtt": [name, "Arn"]} if name else value

    def _role(self) -> dict[str, Any]:
        """The role that all functions share."""
        role = mapping(mapping(self._provider.get("iam")).get("role"))
        statements = role.get("statements") or self._provider.get("iamRoleStatements")
        managed = role.get("managedPolicies") or self._provider.get("iamManagedPolicies") or []
        document = {"Statement": list(mappings(statements))}
        policies = [{"PolicyName": self.name, "PolicyDocument": document}]
        return {
            "Type": "AWS::IAM::Role",
            "Properties": {"Policies": policies, "ManagedPolicyArns": managed},
        }

    def _state_machines(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Of the plugin serverless-step-functions, which says itself what it deploys."""
        declared = mapping(mapping(self._document.get("stepFunctions")).get("stateMachines"))
        for key, machine in declared.items():
            definition = {"Definition": mapping(machine).get("definition")}
            yield str(key), {"Type": "AWS::StepFunctions::StateMachine", "Properties": definition}


def _url(declared: Any) -> dict[str, Any] | None:
    """`url: true`, or a mapping that may ask for a signed request."""
    if not declared:
        return None
    signed = str(mapping(declared).get("authorizer", "")).lower() == "aws_iam"
    return {"AuthType": "AWS_IAM" if signed else "NONE"}


def _role_arn(role: Any) -> Any:
    """A role is named by its logical id or by its ARN."""
    if isinstance(role, str) and re.fullmatch(r"[A-Za-z0-9]+", role):
        return {"Fn::GetAtt": [role, "Arn"]}
    return role
