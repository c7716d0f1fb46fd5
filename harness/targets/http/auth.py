"""Being let in: a header, or a signature, added to each request that does not forge its own."""

import base64
import threading
from collections.abc import Generator
from typing import Any

import boto3
import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError

from harness.errors import TargetError
from harness.targets.http.settings import Cognito, HttpSettings, Sigv4


class Entry(httpx.Auth):
    """What lets requests in. `secrets` are what it sends that nothing may show."""

    secrets: tuple[str, ...] = ()


class _Header(Entry):
    """A fixed Authorization header."""

    def __init__(self, value: str, *secrets: str) -> None:
        self._value = value
        self.secrets = secrets

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["authorization"] = self._value
        yield request


class _Signed(Entry):
    """Signature Version 4, by the credentials that boto3 finds."""

    requires_request_body = True

    def __init__(self, sigv4: Sigv4) -> None:
        try:
            credentials = boto3.Session(profile_name=sigv4.profile).get_credentials()
        except BotoCoreError as error:
            raise TargetError(f"[http] sigv4: {error}") from error
        if credentials is None:
            raise TargetError("[http] sigv4: no AWS credentials; set AWS_PROFILE or its profile")
        self._credentials = credentials
        self._signer = SigV4Auth(credentials, sigv4.service, sigv4.region)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        target = request.extensions.get("target", request.url.raw_path).decode("ascii")
        host = request.headers.get("host") or request.url.netloc.decode("ascii")
        signed = AWSRequest(
            method=request.method,
            url=f"{request.url.scheme}://{host}{target}",
            data=request.content,
            # Only what cannot change on the way is signed.
            headers={"host": host},
        )
        self._signer.add_auth(signed)
        for name in ("authorization", "x-amz-date", "x-amz-security-token"):
            if name in signed.headers:
                request.headers[name] = signed.headers[name]
        frozen = self._credentials.get_frozen_credentials()
        self.secrets = tuple(filter(None, (frozen.secret_key, frozen.token)))
        yield request


class _LoggedIn(Entry):
    """The id token of a Cognito user, asked for again when it is no longer good.

    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html
    """

    def __init__(self, cognito: Cognito) -> None:
        self._cognito = cognito
        self._lock = threading.Lock()
        self._token = self._log_in()

    def _log_in(self) -> str:
        cognito = self._cognito
        # InitiateAuth is not signed: whoever has the password may call it.
        client = boto3.Session(
            aws_access_key_id="none", aws_secret_access_key="none", region_name=cognito.region
        ).client("cognito-idp", endpoint_url=cognito.endpoint_url)
        try:
            told = client.initiate_auth(
                AuthFlow="USER_PASSWORD_AUTH",
                ClientId=cognito.client_id,
                AuthParameters={"USERNAME": cognito.username, "PASSWORD": cognito.password},
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            raise TargetError(
                f"[http] cognito: {cognito.username} is not let in: {code}"
            ) from error
        except BotoCoreError as error:
            raise TargetError(f"[http] cognito: {error}") from error
        result: dict[str, Any] = told.get("AuthenticationResult") or {}
        if "IdToken" not in result:
            asked = told.get("ChallengeName", "nothing")
            raise TargetError(f"[http] cognito: {cognito.username} has to answer {asked} first")
        return str(result["IdToken"])

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        token = self._token
        self.secrets = (token, self._cognito.password)
        request.headers["authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == 401:
            with self._lock:
                if token == self._token:
                    self._token = self._log_in()
            self.secrets = (self._token, token, self._cognito.password)
            request.headers["authorization"] = f"Bearer {self._token}"
            yield request


def auth_of(settings: HttpSettings) -> Entry | None:
    """How requests are let in, None: by nothing but headers. Raises TargetError."""
    if settings.bearer is not None:
        return _Header(f"Bearer {settings.bearer}", settings.bearer)
    if settings.basic is not None:
        encoded = base64.b64encode(settings.basic.encode()).decode()
        password = settings.basic.partition(":")[2]
        return _Header(f"Basic {encoded}", encoded, password)
    if settings.sigv4 is not None:
        return _Signed(settings.sigv4)
    return None if settings.cognito is None else _LoggedIn(settings.cognito)
