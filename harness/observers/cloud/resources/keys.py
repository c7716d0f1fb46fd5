"""Keys and their aliases, so that what a function encrypts can be decrypted."""

from moto.kms.models import kms_backends

from harness.model import ResolvedResource
from harness.observers.cloud.resources.context import Provision, physical_name

_WISHES = ("KeySpec", "KeyUsage", "Description")


def key(provision: Provision, resource: ResolvedResource) -> None:
    wishes = {n: v for n in _WISHES if isinstance(v := resource.properties.get(n), str)}
    made = provision.inside.call("kms", "CreateKey", wishes)["KeyMetadata"]["KeyId"]
    # The id is the service's choice; the function's environment already has the resolved one.
    where = provision.application
    keys = kms_backends[where.account][where.region].keys
    kept = keys.pop(made)
    kept.id = physical_name(resource).removeprefix("key/")
    kept.arn = provision.arn("kms", f"key/{kept.id}")
    keys[kept.id] = kept


def alias(provision: Provision, resource: ResolvedResource) -> None:
    declared = resource.properties
    provision.inside.call(
        "kms",
        "CreateAlias",
        {"AliasName": declared["AliasName"], "TargetKeyId": declared["TargetKeyId"]},
    )
