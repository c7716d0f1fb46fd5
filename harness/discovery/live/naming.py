"""Names of an account as a template that is not deployed has them, and back.

Discovery resolves references for an account and a region of its own making; what is read from a
real one is put there first, so that ARNs, URLs and ids meet, and taken back afterwards.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from harness.deployed.settings import AwsSettings
from harness.discovery.live.view import View
from harness.discovery.parameters import ACCOUNT, REGION
from harness.model import Application, Function, Trigger


def canonical(template: Mapping[str, Any], account: str, region: str) -> dict[str, Any]:
    """The template as if it were for discovery's own account and region."""
    text = json.dumps(template, default=str)
    for old, new in (
        (f":{region}:{account}:", f":{REGION}:{ACCOUNT}:"),
        (f"::{account}:", f"::{ACCOUNT}:"),
        (f"{region}.amazonaws.com/{account}/", f"{REGION}.amazonaws.com/{ACCOUNT}/"),
    ):
        text = text.replace(old, new)
    return dict(json.loads(text))


def real(made: Application, view: View) -> Application:
    """The application with its own account, region and ids."""
    settings = view.session.settings
    names = _names(made, view, settings)

    def text(value: str) -> str:
        for old, new in names.items():
            value = value.replace(old, new)
        return value

    def trigger_of(trigger: Trigger) -> Trigger:
        facts = {name: text(value) for name, value in trigger.facts.items()}
        own = {"account": settings.account, "region": settings.region}
        return replace(trigger, facts=facts | {k: v for k, v in own.items() if k in facts})

    def function_of(function: Function) -> Function:
        return replace(
            function,
            environment={name: text(value) for name, value in function.environment.items()},
            triggers=tuple(map(trigger_of, function.triggers)),
            policies=tuple(json.loads(text(json.dumps(p))) for p in function.policies),
            declared_in="",
            # That its code is elsewhere is so by design here.
            notes=tuple(text(note) for note in function.notes if "its code is in S3" not in note),
        )

    return replace(
        made,
        region=settings.region,
        account=settings.account,
        functions=tuple(map(function_of, made.functions)),
        resources=tuple(
            replace(r, physical=text(r.physical), arn=text(r.arn), properties={})
            for r in made.resources
        ),
        notes=tuple(dict.fromkeys(map(text, (*view.notes, *made.notes)))),
    )


def _names(made: Application, view: View, settings: AwsSettings) -> dict[str, str]:
    """What stands for what, the longest first: a name may be part of an ARN."""
    region, account = settings.region, settings.account
    known = {
        resource.arn: view.arns[resource.name]
        for resource in made.resources
        if resource.name in view.arns
    }
    known |= {
        resource.physical: view.ids[resource.name]
        for resource in made.resources
        if resource.name in view.ids
    }
    known |= {
        **view.texts,
        f":{REGION}:{ACCOUNT}:": f":{region}:{account}:",
        f"::{ACCOUNT}:": f"::{account}:",
        f"{REGION}.amazonaws.com/{ACCOUNT}/": f"{region}.amazonaws.com/{account}/",
        f".{REGION}.amazonaws.com": f".{region}.amazonaws.com",
    }
    return dict(sorted(known.items(), key=lambda item: -len(item[0])))
