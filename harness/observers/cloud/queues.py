"""moto's queues without the work that grows with their length.

moto builds a queue's every attribute for each message it takes or hands out, and three of them
are counts over all messages; it asks the clock twice a message to find what is visible, and looks
at every message to delete the first. A function that sends 10,000 messages would spend minutes.
What is replaced here answers as moto's own code does (`tests/unit/observers/test_queues.py`).
"""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.utils import camelcase_to_underscores, unix_time_millis
from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import Message, Queue

_PLAIN_NAMES = {
    name: camelcase_to_underscores(name)
    for name in (*Queue.BASE_ATTRIBUTES, *Queue.FIFO_ATTRIBUTES, *Queue.KMS_ATTRIBUTES)
}


class Attributes(Mapping[str, Any]):
    """A queue's attributes by their AWS names, each worked out when it is asked for."""

    def __init__(self, queue: Any) -> None:
        self._queue = queue
        self._names = list(Queue.BASE_ATTRIBUTES)
        if queue.fifo_queue:
            self._names += Queue.FIFO_ATTRIBUTES
        if queue.kms_master_key_id:
            self._names += Queue.KMS_ATTRIBUTES

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        value = getattr(self._queue, _PLAIN_NAMES[name])
        if name == "RedrivePolicy" and value:
            return json.dumps(value)
        return str(value).lower() if isinstance(value, bool) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Visible:
    """The messages that may be handed out now, found as they are taken."""

    def __init__(self, messages: list[Any]) -> None:
        self._messages = messages

    def __iter__(self) -> Iterator[Any]:
        now = unix_time_millis()
        return (m for m in self._messages if m.visible_at < now and m.delayed_until <= now)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None


def apply() -> None:
    """Doing it twice does no harm."""
    queue: Any = Queue
    queue.attributes = property(Attributes)
    queue.messages = property(lambda self: Visible(self._messages))
    queue.approximate_number_of_messages_delayed = property(_delayed)
    queue.approximate_number_of_messages_not_visible = property(_not_visible)
    queue.delete_message = _delete_message
    message: Any = Message
    message.__deepcopy__ = _copy
    message.__setattr__ = _set


def _delayed(queue: Any) -> int:
    now = unix_time_millis()
    return sum(1 for m in queue._messages if now < m.delayed_until)


def _not_visible(queue: Any) -> int:
    now = unix_time_millis()
    return sum(1 for m in queue._messages if m.visible_at >= now)


def _delete_message(queue: Any, receipt_handle: str) -> None:
    if receipt_handle in queue.deleted_messages:
        return
    for index, message in enumerate(queue._messages):
        if (
            message.receipt_handle == receipt_handle
            or receipt_handle in message._old_receipt_handles
        ):
            queue.pending_messages.discard(message)
            queue.deleted_messages.update(message.all_receipt_handles)
            # Another list, as in moto: a receive in another thread goes on with the old one.
            queue._messages = [*queue._messages[:index], *queue._messages[index + 1 :]]
            return
    raise ReceiptHandleIsInvalid


def _copy(message: Any, _memo: object) -> Any:
    """moto copies a message to leave attributes out of the copy; their values stay as they are."""
    made = copy.copy(message)
    vars(made).pop(_KEPT, None)
    made._old_receipt_handles = list(message._old_receipt_handles)
    return made


class Kept:
    """Messages which change back: a restored queue holds the very messages it held before.

    A kept message is noted down at its first change, with what it was. moto changes a message by
    its attributes only, or right after one of them (its old receipt handles).
    """

    def __init__(self) -> None:
        self._changed: list[tuple[Any, dict[str, Any]]] = []

    def keep(self, message: Any) -> None:
        vars(message)[_KEPT] = self

    def note(self, message: Any) -> None:
        was = vars(message).copy()
        was["_old_receipt_handles"] = list(message._old_receipt_handles)
        del vars(message)[_KEPT]
        self._changed.append((message, was))

    def put_back(self) -> None:
        changed, self._changed = self._changed, []
        for message, was in changed:
            message.__dict__ = was


_KEPT = "_faasfuzz_kept"


def _set(message: Any, name: str, value: Any) -> None:
    kept = vars(message).get(_KEPT)
    if kept is not None:
        kept.note(message)
    object.__setattr__(message, name, value)
