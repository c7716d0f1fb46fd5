"""Deployed AWS functions as a way of invoking: a black box with logs, in a scope and under caps."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness.deployed.audit import Audit
from harness.deployed.caps import Caps, Limits
from harness.deployed.journal import Journal
from harness.deployed.secrecy import Redactor, withheld
from harness.deployed.session import AwsSession, code_of, said
from harness.deployed.settings import SECRET, AwsSettings, Door, aws_settings
from harness.errors import TargetError, UsageError
from harness.model import Application, Function, Trigger
from harness.targets.aws.asynchronous import AsyncTarget
from harness.targets.aws.doors import DOORS
from harness.targets.aws.front import FrontTarget
from harness.targets.aws.invoke import InvokeTarget, Reached
from harness.targets.aws.logs import Logs
from harness.targets.aws.returns import Returns
from harness.targets.aws.stack import deployed, physical_names
from harness.targets.aws.state import AwsState
from harness.targets.base import Setup, Target, outpost_of

_LACKS = frozenset({"sensors", "coverage", "cpu", "cloud", "callbacks", "files", "fresh"})
# Where an event is a request: its front is called as anyone calls it.
_HTTP = ("aws.apigateway.", "aws.elb.", "aws.vpclattice.", "aws.lambda.function-url")


class _Targets:
    """The deployed functions of one worker: they share a session, caps and a journal."""

    def __init__(self, setup: Setup, settings: AwsSettings, session: AwsSession) -> None:
        self._settings = settings
        self._session = session
        self.outpost = outpost_of(settings)
        limits = Limits(
            calls=settings.max_calls,
            rate=settings.calls_per_second,
            at_once=settings.concurrency,
            dollars=settings.max_cost,
        )
        self._caps = Caps(setup.out, limits)
        self._names = _names(session, setup.application)
        self._journal = Journal(setup.out)
        self._front = settings.door is Door.FRONT
        self.account = AwsState(session, self._journal, setup.application, deferred=self._front)

    def of(
        self, function: Function, *, environment: Mapping[str, str], coverage: bool = False
    ) -> Target:
        """See Targets.of. A deployed function keeps the environment it has."""
        name = self._names[function.name]
        told, _ = configuration(self._session, name)
        _, secrets = withheld(name, told.get("Environment", {}).get("Variables", {}))
        group = told.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{name}")
        reached = Reached(
            session=self._session,
            caps=self._caps,
            function=function,
            name=name,
            logs=Logs(self._session, group, self._settings.log_wait),
            redactor=Redactor(secrets, self._session.credentials),
            blind=_lacks(self._settings),
        )
        if self._front:
            return FrontTarget(reached, self.account, self._journal)
        if self._settings.door is Door.ASYNC:
            reads = self._settings.read_destinations
            return AsyncTarget(reached, Returns(self._session, name, told) if reads else None)
        return InvokeTarget(reached)

    def close(self) -> None:
        """Remove what was made, and let go of the caps."""
        self.account.restore()
        self._caps.close()

    def refuses(self, function: Function, trigger: Trigger) -> str:
        """See Targets.refuses."""
        if function.provider != "aws":
            return f"{function.name} is a function of {function.provider}: --target local runs it"
        if not self._front:
            return ""
        if trigger.template.startswith(_HTTP):
            return f"{trigger.template} has its front door at --target http"
        if trigger.template not in DOORS:
            return f"{trigger.template} has no front door: set door = 'invoke' in [aws]"
        if trigger.template == "aws.ses.receipt" and not self._settings.mail_from:
            return f"{trigger.template} needs an address to send from: mail_from in [aws]"
        return ""


class _Provider:
    name = "aws"
    lacks = _LACKS
    secret = SECRET
    deployed = True

    def lacks_with(self, options: Mapping[str, Any]) -> frozenset[str]:
        """See Narrowing."""
        listens = options.get("listener") or options.get("interactsh")
        return _LACKS - {"callbacks"} if listens else _LACKS

    def check(self, setup: Setup) -> Setup:
        """See Provider.check. The application comes back as it is deployed, and only its scope."""
        settings = aws_settings(setup.options, setup.application.source)
        session = _session(setup, settings)
        session.check_account()
        names = _names(session, setup.application)
        found: list[Function] = []
        notes = list(setup.application.notes)
        for function in setup.application.functions:
            name = names[function.name]
            if not settings.allows(name):
                notes.append(f"{name} is not in the scope: it is not tested")
                continue
            found.append(_as_deployed(session, function, name))
        if not found:
            raise UsageError(
                f"no function is in the scope {', '.join(settings.functions)}; there are "
                f"{', '.join(names.values()) or 'none'}",
                mend="correct functions in [aws]",
            )
        application = replace(setup.application, functions=tuple(found), notes=tuple(notes))
        stack = physical_names(session, settings.stack) if settings.stack else {}
        if application.account != settings.account or stack:
            application = deployed(
                application, stack, account=settings.account, region=settings.region
            )
        # Texts of the command line become what they mean.
        meant = {
            "state_changing": settings.state_changing,
            "dry_run": settings.dry_run,
            "max_calls": settings.max_calls,
        }
        options = {**setup.options, **meant}
        return replace(setup, application=application, options=options)

    @contextmanager
    def open(self, setup: Setup) -> Iterator[_Targets]:
        """See Provider.open."""
        settings = aws_settings(setup.options, setup.application.source)
        try:
            session = _session(setup, settings)
            session.check_account()
            targets = _Targets(setup, settings, session)
        except UsageError as error:  # it was right when the campaign began
            raise TargetError(str(error)) from error
        try:
            yield targets
        finally:
            targets.close()


def _lacks(settings: AwsSettings) -> frozenset[str]:
    return _LACKS - {"callbacks"} if settings.listens else _LACKS


def _session(setup: Setup, settings: AwsSettings) -> AwsSession:
    def forbids(operation: str, parameters: Mapping[str, Any]) -> str:
        """The last look before a function runs."""
        name = str(parameters.get("FunctionName", "")).rpartition(":function:")[2]
        if operation.startswith("lambda:Invoke") and not settings.allows(name.split(":")[0]):
            return f"{name} is not in the scope {', '.join(settings.functions)}"
        return ""

    return AwsSession(settings, Audit(setup.out), forbids)


def _names(session: AwsSession, application: Application) -> dict[str, str]:
    """The physical name of each function of the application."""
    stack = session.settings.stack
    physical = physical_names(session, stack) if stack else {}
    names = {}
    for function in application.functions:
        declared = [t.facts.get("function_name", "") for t in function.triggers]
        named = (*filter(None, declared), function.name)[0]
        names[function.name] = physical.get(function.name, named)
    return names


def configuration(session: AwsSession, name: str) -> tuple[Mapping[str, Any], str]:
    """What Lambda tells of a function, and why it tells nothing where it may not be asked.

    Raises UsageError when there is no such function.
    """
    try:
        told = session.client("lambda").get_function_configuration(FunctionName=name)
    except (BotoCoreError, ClientError) as error:
        if code_of(error) == "ResourceNotFoundException":
            raise UsageError(
                f"there is no function {name} in {session.settings.region}",
                mend="name its stack in [aws], or correct the region",
            ) from error
        return {}, said(error)
    return told, ""


def _as_deployed(session: AwsSession, function: Function, name: str) -> Function:
    """The function with the limits it has in the account, and stand-ins for its secrets."""
    told, trouble = configuration(session, name)
    if trouble:
        note = f"its configuration is not known, secrets in answers may not be ({trouble})"
        shown, _ = withheld(name, function.environment)
        return replace(function, environment=shown, notes=(*function.notes, note))
    shown, _ = withheld(name, told.get("Environment", {}).get("Variables", {}))
    settings = session.settings
    reads = settings.door is Door.ASYNC and settings.read_destinations
    unread = Returns(session, name, told).unread if reads else ()
    return replace(
        function,
        environment=shown,
        notes=(*function.notes, *unread),
        timeout=int(told["Timeout"]),
        memory=int(told["MemorySize"]),
        architecture=(told.get("Architectures") or [function.architecture])[0],
        runtime=str(told.get("Runtime") or function.runtime),
    )


PROVIDER = _Provider()
