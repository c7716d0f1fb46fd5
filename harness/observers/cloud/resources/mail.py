"""What mail is sent with: templates and sets of settings. Any address counts as verified."""

from harness.model import ResolvedResource
from harness.observers.cloud.resources.context import Provision, physical_name


def template(provision: Provision, resource: ResolvedResource) -> None:
    declared = resource.properties["Template"]
    parts = {n: v for n, v in declared.items() if n.endswith("Part") and isinstance(v, str)}
    name = declared.get("TemplateName") or physical_name(resource)
    provision.inside.call(
        "ses", "CreateTemplate", {"Template": {"SubjectPart": "", **parts, "TemplateName": name}}
    )


def configuration_set(provision: Provision, resource: ResolvedResource) -> None:
    name = resource.properties.get("Name") or physical_name(resource)
    provision.inside.call("ses", "CreateConfigurationSet", {"ConfigurationSet": {"Name": name}})


def identity(provision: Provision, resource: ResolvedResource) -> None:
    address = resource.properties.get("EmailIdentity") or physical_name(resource)
    kind = "VerifyEmailIdentity" if "@" in address else "VerifyDomainIdentity"
    provision.inside.call("ses", kind, {"EmailAddress" if "@" in address else "Domain": address})
