"""Secrets and parameters: what is declared without a value gets a decoy of its own."""

import json
from collections.abc import Mapping
from typing import Any

from moto.secretsmanager.models import secretsmanager_backends

from harness.deployed.secrecy import SHORTEST, secret_of
from harness.model import ResolvedResource
from harness.observers.cloud.resources.context import Provision, physical_name


def secret(provision: Provision, resource: ResolvedResource) -> None:
    name = physical_name(resource)
    declared = resource.properties
    given = declared.get("SecretString")
    text = given if isinstance(given, str) else _generated(provision, name, declared)
    if isinstance(given, str):
        _note(provision, f"secretsmanager:{name}", given)
    provision.inside.call("secretsmanager", "CreateSecret", {"Name": name, "SecretString": text})
    if resource.arn:
        # Functions were given the ARN that discovery made up; moto would make up another ending.
        where = provision.application
        stored = secretsmanager_backends[where.account][where.region].secrets[name]
        stored.arn = resource.arn


def parameter(provision: Provision, resource: ResolvedResource) -> None:
    name = physical_name(resource)
    kind = str(resource.properties.get("Type") or "String")
    value = resource.properties.get("Value")
    what = f"ssm:{name}"
    if not isinstance(value, str | int):
        # A plain parameter is settings, so an unknown value there is no secret.
        value = provision.decoy(what) if kind == "SecureString" else f"sample-{resource.name}"
    elif kind == "SecureString":
        _note(provision, what, str(value))
    else:
        found = secret_of(name.replace("/", "_").replace("-", "_").replace(".", "_"), str(value))
        if found is not None:
            provision.secrets.setdefault(found, what)
    provision.inside.call("ssm", "PutParameter", {"Name": name, "Type": kind, "Value": str(value)})


def _generated(provision: Provision, name: str, declared: Mapping[str, Any]) -> str:
    """GenerateSecretString: a password alone, or under a key of a JSON template."""
    rules = declared.get("GenerateSecretString")
    if isinstance(rules, Mapping) and isinstance(rules.get("GenerateStringKey"), str):
        key = rules["GenerateStringKey"]
        template = _object(rules.get("SecretStringTemplate"))
        return json.dumps({**template, key: provision.decoy(f"secretsmanager:{name}/{key}")})
    return provision.decoy(f"secretsmanager:{name}")


def _note(provision: Provision, what: str, text: str) -> None:
    """Of a JSON object the members that hold secrets, else the whole text."""
    members = {
        secret: f"{what}/{key}"
        for key, value in _object(text).items()
        if isinstance(value, str) and (secret := secret_of(key, value)) is not None
    }
    if not members and len(text) >= SHORTEST:
        members = {text: what}
    for value, described in members.items():
        provision.secrets.setdefault(value, described)


def _object(text: Any) -> dict[str, Any]:
    try:
        loaded = json.loads(text) if isinstance(text, str) else {}
    except ValueError:
        return {}
    return loaded if isinstance(loaded, dict) else {}
