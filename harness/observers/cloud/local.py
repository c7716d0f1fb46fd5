"""The local cloud: AWS on a port of this machine, every call of it on record."""

import gc
from collections.abc import Mapping
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ParamValidationError
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data

from harness.model import Application, AwsCall
from harness.observers.cloud.decode import Exchange, decode, is_read, named_operation
from harness.observers.cloud.dispatch import Dispatcher
from harness.observers.cloud.faster import apply as make_faster
from harness.observers.cloud.images import Images
from harness.observers.cloud.inside import Inside, Refused
from harness.observers.cloud.provision import provision_all
from harness.observers.cloud.request import Answer, Request
from harness.observers.cloud.resources import openai
from harness.observers.cloud.resources.context import Provision
from harness.observers.cloud.resources.storage import bucket_parameters
from harness.observers.cloud.server import Server
from harness.observers.cloud.settings import without_settings
from harness.observers.cloud.standins import apply as stand_in
from harness.observers.cloud.state import Snapshot
from harness.observers.tape import Tape

_KEPT = 2_000
_MEMORY = 64 * 1024 * 1024
_SECRET = "AWS_SECRET_ACCESS_KEY"
# Calls that read and still change state: a received message is hidden for a while.
_CHANGING_READS = ("Receive",)


class LocalCloud:
    """moto's backends over the wire, holding what an application declares.

    moto keeps its state per process, so a process has one local cloud at a time. `skipped` tells
    which declared resources are not there and why, and which services `restore` leaves as they are.
    `decoys` are the credentials given to functions, by environment variable. It listens at `host`;
    `port` 0 is any free one.
    """

    def __init__(
        self,
        application: Application,
        *,
        decoys: Mapping[str, str],
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._application = application
        self._decoys = dict(decoys)
        self._tape: Tape[Exchange] = Tape(_KEPT, budget=_MEMORY, weigh=lambda e: e.weight)
        self._dispatcher = Dispatcher(application.account)
        self._server = Server(self._answer, host, port)
        self._inside = Inside(self._dispatcher, application.region)
        self._images = Images(application, self._inside)
        self._touched: set[str] = set()
        self._secrets: dict[str, str] = {}
        self._strangers: dict[str, str] = {}
        self._until_stopped = ExitStack()
        self.skipped: tuple[str, ...] = ()

    def start(self) -> None:
        """Make the resources and listen. Raises OSError when the port is taken."""
        with ExitStack() as stack:
            stack.enter_context(without_settings())
            self._fill()
            self._server.start()
            self._until_stopped = stack.pop_all()

    def _fill(self) -> None:
        make_faster()
        stand_in()
        BackendDict.reset()
        reset_model_data()
        seed = self._decoys.get(_SECRET, "")
        provision = Provision(application=self._application, inside=self._inside, seed=seed)
        self.skipped = provision_all(provision)
        self._secrets = provision.secrets
        self._strangers = provision.strangers
        if seed:
            # The key id and the session token stand in every presigned URL by design; only this
            # one is never sent anywhere by an SDK.
            self._secrets[seed] = f"environment:{_SECRET}"
        self._snapshot = Snapshot()
        self.skipped += tuple(
            f"{name}: not restored: {why}" for name, why in self._snapshot.lasting.items()
        )
        self._touched.clear()
        # The models of botocore and moto are 200,000 objects that never go: looking through them
        # costs a fifth of every call, and a pause of 150 ms that a function would be blamed for.
        gc.freeze()

    def stop(self) -> None:
        self._server.stop()
        gc.unfreeze()
        BackendDict.reset()
        reset_model_data()
        self._until_stopped.close()

    @property
    def endpoint(self) -> str:
        """`http://HOST:PORT`, once started."""
        return f"http://{self._server.host}:{self._server.port}"

    def environment(self) -> dict[str, str]:
        """What a function's process needs so that its SDK calls come here."""
        region = self._application.region
        return {
            **self._decoys,
            "AWS_ENDPOINT_URL": self.endpoint,
            "OPENAI_BASE_URL": self.endpoint + openai.PATH,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            # Else a few calls go to a host of their own ("sync-127.0.0.1").
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        }

    def secrets(self) -> Mapping[str, str]:
        """Values that must not show: value -> what it is ("secretsmanager:db/password")."""
        return dict(self._secrets)

    def strangers(self) -> Mapping[str, str]:
        """What rows of tenants hold whom no event names: value -> table."""
        return dict(self._strangers)

    def mark(self) -> int:
        return self._tape.mark()

    def since(self, mark: int) -> tuple[AwsCall, ...]:
        """The calls answered after `mark`; of a flood the last 2,000 (64 MB)."""
        return tuple(decode(exchange) for exchange in self._tape.since(mark))

    def put(self, kind: str, at: Mapping[str, str], value: Mapping[str, Any]) -> None:
        """Make a state item (see model.StateItem) exist until the next `restore`.

        What the service would not hold (a key too long, a list as an object's body) is not put: the
        function then meets an event whose object is gone, as happens in the cloud.
        """
        put = {"s3-object": self._put_object, "dynamodb-item": self._put_item}[kind]
        try:
            put(at, value)
        except (Refused, ParamValidationError, UnicodeError, TypeError, ValueError):
            return

    def restore(self) -> None:
        """Everything as it was after `start`. Costs nothing when nothing was changed."""
        if self._touched:
            touched, self._touched = self._touched, set()
            self._snapshot.restore(touched)

    def _answer(self, request: Request) -> Answer:
        service = self._dispatcher.service_of(request)
        if service != "s3":  # which keeps a packed object as it is
            request = request.unpacked()
        if _changes(request):
            self._touched.add(service)
        answer = self._dispatcher.answer(service, request)
        rows = self._images.after(service, request, answer.status)
        self._tape.write(Exchange(service=service, request=request, answer=answer, rows=rows))
        return answer

    def _put_object(self, at: Mapping[str, str], value: Mapping[str, Any]) -> None:
        body = value["body"]
        parameters = {
            "Bucket": at["bucket"],
            "Key": at["key"],
            "Body": body.encode() if isinstance(body, str) else bytes(body),
            "Metadata": {str(k): str(v) for k, v in (value.get("metadata") or {}).items()},
        }
        self._touched.add("s3")
        try:
            self._inside.call("s3", "PutObject", parameters)
        except Refused as error:
            if error.code != "NoSuchBucket":
                raise
            bucket = bucket_parameters(at["bucket"], self._application.region)
            self._inside.call("s3", "CreateBucket", bucket)
            self._inside.call("s3", "PutObject", parameters)

    def _put_item(self, at: Mapping[str, str], value: Mapping[str, Any]) -> None:
        item = TypeSerializer().serialize(_decimals(dict(value)))["M"]
        parameters = {"TableName": at["table"], "Item": item}
        self._touched.add("dynamodb")
        try:
            self._inside.call("dynamodb", "PutItem", parameters)
        except Refused as error:
            if error.code != "ResourceNotFoundException":
                raise
            self._inside.call("dynamodb", "CreateTable", _table_for(at["table"], item))
            self._inside.call("dynamodb", "PutItem", parameters)


def _changes(request: Request) -> bool:
    """True unless the request surely leaves everything as it is."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return False
    operation = named_operation(request)
    return operation is None or not is_read(operation) or operation.startswith(_CHANGING_READS)


def _table_for(name: str, item: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A table which the item fits: its key is `id` or `pk`, else the first text or number."""
    keys = [n for n, v in item.items() if next(iter(v)) in {"S", "N"}]
    if not keys:
        raise Refused("ValidationException", "no attribute of the item can be a key")
    key = min(keys, key=lambda n: n.lower() not in {"id", "pk"})
    return {
        "TableName": name,
        "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": next(iter(item[key]))}],
        "BillingMode": "PAY_PER_REQUEST",
    }


def _decimals(value: Any) -> Any:
    """DynamoDB's numbers are decimal; boto3 takes no float."""
    if isinstance(value, float):
        return Decimal(str(value))
    if isinstance(value, dict):
        return {key: _decimals(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_decimals(item) for item in value]
    return value
