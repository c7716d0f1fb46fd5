"""A boto3 session that may only call what the scope allows, and of which each call is audited.

Profiles, regions, endpoint addresses and credentials are found as boto3 finds them; a role is taken
on top (https://docs.aws.amazon.com/boto3/latest/guide/credentials.html).
"""

from collections.abc import Callable, Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.credentials import (
    AssumeRoleCredentialFetcher,
    DeferredRefreshableCredentials,
)
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session as BotoSession

from harness import __version__
from harness.deployed.audit import Audit
from harness.deployed.settings import AwsSettings
from harness.errors import UsageError

# Parameters that name what a call is about, the most telling first.
_NAMING = (
    "FunctionName",
    "QueueUrl",
    "TopicArn",
    "Bucket",
    "StreamName",
    "DeliveryStreamName",
    "TableName",
    "logGroupName",
    "StackName",
    "RoleArn",
    "UserPoolId",
    "restApiId",
    "ApiId",
    "topic",
    "ClientId",
    "Source",
    "Name",
)
_CALLS_SECONDS = 905  # Lambda's longest timeout, and a little


class AwsSession:
    """Clients for one account and region, all by one session.

    `forbids` says why a call must not be sent, by operation and parameters; empty when it may.
    Raises UsageError when a profile or credentials are not there.
    """

    def __init__(
        self,
        settings: AwsSettings,
        audit: Audit,
        forbids: Callable[[str, Mapping[str, Any]], str] = lambda _operation, _parameters: "",
    ) -> None:
        self.settings = settings
        self.audit = audit
        self._forbids = forbids
        self._clients: dict[tuple[str, bool], Any] = {}
        try:
            session = boto3.Session(profile_name=settings.profile, region_name=settings.region)
            if session.get_credentials() is None:
                raise UsageError(
                    "there are no AWS credentials",
                    mend="set AWS_PROFILE, or profile in [aws]; `aws configure` makes one",
                )
            if settings.role_arn:
                session = self._in_role(session, settings.role_arn)
        except BotoCoreError as error:
            raise UsageError(f"AWS: {error}", mend="correct profile in [aws]") from error
        self._session = self._watched(session)

    @property
    def credentials(self) -> tuple[str, ...]:
        """The harness's own secrets, which nothing may show."""
        frozen = self._session.get_credentials().get_frozen_credentials()
        return tuple(filter(None, (frozen.secret_key, frozen.token)))

    def client(self, service: str, *, once: bool = False) -> Any:
        """The client of a service. With `once` no call is tried again by itself.

        What makes a function run must not be repeated behind the back of whoever counts it.
        """
        key = (service, once)
        if key not in self._clients:
            self._clients[key] = self._session.client(
                service,
                endpoint_url=self.settings.endpoint_url,
                config=Config(
                    user_agent_extra=f"faasfuzz/{__version__}",
                    retries={"total_max_attempts": 1 if once else 5, "mode": "standard"},
                    read_timeout=_CALLS_SECONDS if once else 60,
                    connect_timeout=10,
                    max_pool_connections=4,
                ),
            )
        return self._clients[key]

    def check_account(self) -> None:
        """Ask who we are, before anything else. Raises UsageError when it is another account."""
        try:
            told = self.client("sts").get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise UsageError(
                f"AWS does not say whose these credentials are: {said(error)}",
                mend="renew them, or correct profile and role_arn in [aws]",
            ) from error
        if told["Account"] != self.settings.account:
            raise UsageError(
                f"these credentials are of account {told['Account']}, and the scope is account "
                f"{self.settings.account}",
                mend="correct profile or account in [aws]",
            )

    def _in_role(self, session: boto3.Session, role: str) -> boto3.Session:
        """The session once it has taken a role; its credentials renew themselves."""
        extra = {"RoleSessionName": "faasfuzz"}
        if self.settings.external_id:
            extra["ExternalId"] = self.settings.external_id

        def client(service: str, **given: Any) -> Any:
            # The role is asked for at the session's endpoint too, and that call is audited as well.
            return self._watched(
                boto3.Session(profile_name=self.settings.profile, region_name=self.settings.region)
            ).client(service, endpoint_url=self.settings.endpoint_url, **given)

        fetcher = AssumeRoleCredentialFetcher(
            client_creator=client,
            source_credentials=session.get_credentials(),
            role_arn=role,
            extra_args=extra,
        )
        taken = BotoSession()
        taken._credentials = DeferredRefreshableCredentials(
            method="assume-role", refresh_using=fetcher.fetch_credentials
        )
        return boto3.Session(botocore_session=taken, region_name=self.settings.region)

    def _watched(self, session: boto3.Session) -> boto3.Session:
        session.events.register("before-parameter-build", self._looked_at)
        session.events.register("before-call", self._began)
        session.events.register("after-call", self._ended)
        session.events.register("after-call-error", self._broke)
        return session

    def _looked_at(
        self, params: Mapping[str, Any], model: Any, context: dict[str, Any], **_: Any
    ) -> None:
        operation = _operation(model)
        reason = self._forbids(operation, params)
        if reason:
            raise UsageError(f"{operation} is not sent: {reason}")
        context["faasfuzz"] = next(
            (str(params[name]) for name in _NAMING if isinstance(params.get(name), str)), ""
        )

    def _began(self, model: Any, context: Mapping[str, Any], **_: Any) -> None:
        self.audit.write(_operation(model), context.get("faasfuzz", ""))

    def _ended(
        self, http_response: Any, parsed: Mapping[str, Any], model: Any, context: Any, **_: Any
    ) -> None:
        if http_response.status_code >= 300:
            code = str(parsed.get("Error", {}).get("Code") or http_response.status_code)
            self.audit.write(_operation(model), context.get("faasfuzz", ""), error=code)

    def _broke(self, exception: Exception, context: Any, event_name: str, **_: Any) -> None:
        operation = ":".join(event_name.split(".")[-2:])
        self.audit.write(operation, context.get("faasfuzz", ""), error=type(exception).__name__)


def said(error: Exception) -> str:
    """What AWS said, in one line: the service's code and message, never what was sent."""
    if isinstance(error, ClientError):
        told = error.response.get("Error", {})
        return f"{told.get('Code', '')}: {told.get('Message', '')}"
    return " ".join(str(error).split())


def code_of(error: Exception) -> str:
    """The service's error code; the kind of trouble where no service answered."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return type(error).__name__


def _operation(model: Any) -> str:
    return f"{model.service_model.service_name}:{model.name}"
