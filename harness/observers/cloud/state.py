"""Putting moto's backends back to how they were, by unpickling what was pickled once.

`copy.deepcopy` walks every object in Python and stops at locks and spooled files; a pickle is
written once and read back in C. What must stay the one object it is (backends refer to each other)
goes into the pickle as a reference. So do the rows of tables, which never change (rows.py), and the
messages of queues, which are changed back (queues.py): putting back costs what was changed and a
copy of a list, however much is stored.
"""

import io
import pickle
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from types import FunctionType
from typing import Any
from weakref import WeakValueDictionary

from moto.core.base_backend import AccountSpecificBackend, BackendDict, BaseBackend
from moto.core.model_instances import model_data
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table
from moto.sqs.models import Message, Queue

from harness.observers.cloud.queues import Kept
from harness.observers.cloud.rows import copied

# Services which write into another when they are called.
_REACHES = {
    "sns": ("sqs",),
    "events": ("sqs", "sns", "kinesis", "logs"),
    "s3": ("sqs", "sns", "events"),
    "dynamodb": ("dynamodbstreams",),
    "firehose": ("s3",),
    "lambda": ("logs",),
    "sesv2": ("ses", "sns"),
    "ses": ("sns",),
    "stepfunctions": ("sqs", "sns", "dynamodb", "events"),
    "scheduler": ("sqs", "sns", "events"),
    "cloudformation": ("s3", "dynamodb", "sqs", "sns", "ssm", "secretsmanager", "events"),
}
# Names that differ between the wire and the backend's module.
_SAME = {"dynamodbstreams": "dynamodb"}


# Of one service: what its holder keeps over all accounts, and the state by account and region.
_Contents = tuple[dict[str, Any], dict[tuple[str, str], dict[str, Any]]]


class Snapshot:
    """The state of every backend at one moment.

    Backends that did not exist then are emptied by `restore`. `lasting` names the services whose
    state cannot be pickled, with the reason: what is written there stays.
    """

    def __init__(self) -> None:
        self._pickles: dict[str, bytes] = {}
        self._live: dict[str, Any] = {}
        self._kept = Kept()
        self.lasting: dict[str, str] = {}
        for name, holder in _holders():
            buffer = io.BytesIO()
            try:
                contents = _contents(holder)
                _Pickler(buffer, self._live, self._shared(contents)).dump(contents)
            except (TypeError, AttributeError, pickle.PicklingError) as error:
                self.lasting[name] = str(error)
            else:
                self._pickles[name] = buffer.getvalue()

    def _shared(self, contents: "_Contents") -> dict[int, Callable[[], Any]]:
        """The large containers, by identity: what makes each anew of what it holds now."""
        shared: dict[int, Callable[[], Any]] = {}
        for backend in contents[1].values():
            for table in _values(backend, "tables", Table):
                shared[id(table.items)] = partial(copied, copied(table.items))
            for queue in _values(backend, "queues", Queue):
                for message in queue._messages:
                    self._kept.keep(message)
                shared[id(queue._messages)] = partial(list, list(queue._messages))
        return shared

    def restore(self, services: Iterable[str]) -> None:
        """Put back these services and those which they write into."""
        touched = {_SAME.get(s, s).replace("-", "") for s in services}
        touched |= {_SAME.get(t, t) for s in touched for t in _REACHES.get(s, ())}
        for name, holder in _holders():
            if name.replace("-", "") in touched:
                self._restore(name, holder)

    def _restore(self, name: str, holder: BackendDict[Any]) -> None:
        if name in self.lasting:
            return
        if name == "sqs":
            self._kept.put_back()
        _forget_instances(holder)
        pickled = self._pickles.get(name)
        if pickled is None:
            for account in holder.values():
                account.reset()
            return
        attributes, regions = _Unpickler(io.BytesIO(pickled), self._live).load()
        holder.__dict__.update(attributes)
        for at, region, backend in list(holder.iter_backends()):
            state = regions.get((at, region))
            if state is None:
                backend.reset()
            else:
                _replace_state(backend, state)


def _replace_state(backend: Any, state: dict[str, Any]) -> None:
    """In one step: a call of a background thread sees the old state or the new."""
    backend.__dict__ = state


def _holders() -> list[tuple[str, BackendDict[Any]]]:
    """Every service that has a backend, by moto's name."""
    in_use: list[BackendDict[Any]] = list(vars(BackendDict)["_instances"])
    return [(holder.service_name, holder) for holder in in_use]


def _values(state: dict[str, Any], name: str, kind: type) -> list[Any]:
    held = state.get(name)
    return [v for v in held.values() if isinstance(v, kind)] if isinstance(held, dict) else []


def _contents(holder: BackendDict[Any]) -> _Contents:
    # Some holders keep an index of their own over all accounts (S3: who owns which bucket).
    attributes = {n: v for n, v in vars(holder).items() if isinstance(v, dict)}
    regions = {(a, r): vars(b) for a, r, b in holder.iter_backends()}
    return attributes, regions


def _forget_instances(holder: BackendDict[Any]) -> None:
    """moto keeps a list of every model object ever made: memory would grow with each call."""
    backend = vars(holder)["backend"]
    package = backend.__module__.split(".")[1]
    for model in model_data[package].values():
        tracker: Any = model
        for instance in tracker.instances_tracked:
            dispose: Callable[[], None] | None = getattr(instance, "dispose", None)
            if dispose is not None:
                dispose()  # closes the temporary files behind objects of S3
        tracker.instances_tracked = []


class _Pickler(pickle.Pickler):
    def __init__(
        self, file: io.BytesIO, live: dict[str, Any], shared: dict[int, Callable[[], Any]]
    ) -> None:
        super().__init__(file, protocol=5)
        self._live = live
        self._shared = shared

    def persistent_id(self, obj: Any) -> str | None:
        if id(obj) in self._shared:
            key = f"new {id(obj)}"
            self._live[key] = self._shared[id(obj)]
            return key
        # A lambda (the factory of a defaultdict, as a rule) has no state and no name to pickle.
        nameless = isinstance(obj, FunctionType) and "<" in obj.__qualname__
        key_material = type(obj).__module__.startswith("cryptography.")  # never changes
        if nameless or key_material or isinstance(obj, _LIVE):
            key = str(id(obj))
            self._live[key] = obj
            return key
        return None

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, _LOCKS):
            return _fresh_lock, (isinstance(obj, _RLOCK),)
        if isinstance(obj, tempfile.SpooledTemporaryFile):
            obj.seek(0)
            return _spooled, (obj._max_size, obj.read())  # type: ignore[attr-defined]
        if isinstance(obj, WeakValueDictionary):
            return WeakValueDictionary, (dict(obj),)
        if isinstance(obj, defaultdict) and type(obj) is not defaultdict:
            # defaultdict's own way calls a subclass's __init__ with the factory alone.
            made_by = _empty, (type(obj), obj.default_factory)
            return *made_by, vars(obj), None, iter(list(obj.items()))
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, live: dict[str, Any]) -> None:
        super().__init__(file)
        self._live = live

    def persistent_load(self, pid: str) -> Any:
        live = self._live[pid]
        return live() if pid.startswith("new ") else live


_LIVE = (BaseBackend, BackendDict, AccountSpecificBackend, Item, Message)
_RLOCK = type(threading.RLock())
_LOCKS = (type(threading.Lock()), _RLOCK)


def _empty(kind: type[defaultdict[Any, Any]], factory: Any) -> defaultdict[Any, Any]:
    made = kind.__new__(kind)
    made.default_factory = factory
    return made


def _fresh_lock(reentrant: bool) -> Any:
    return threading.RLock() if reentrant else threading.Lock()


def _spooled(size: int, content: bytes) -> "tempfile.SpooledTemporaryFile[bytes]":
    made = tempfile.SpooledTemporaryFile(size)  # noqa: SIM115 - its object of S3 closes it
    made.write(content)
    return made
