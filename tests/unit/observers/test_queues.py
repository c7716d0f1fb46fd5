"""Queues as moto's own code runs them, without the work that grows with their length."""

import importlib.util
import sys
from collections.abc import Iterator
from random import Random
from types import ModuleType
from typing import Any

import pytest
from moto.core.base_backend import BackendDict
from moto.sqs import models
from moto.sqs.exceptions import ReceiptHandleIsInvalid

from harness.observers.cloud import queues


@pytest.fixture(scope="module")
def plain() -> ModuleType:
    """moto's module again, as it is without us."""
    in_use: list[Any] = vars(BackendDict)["_instances"]
    kept = list(in_use)
    spec = importlib.util.spec_from_file_location("moto.sqs.models_plain", models.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    in_use[:] = kept
    return module


@pytest.fixture(autouse=True)
def applied() -> None:
    queues.apply()


class Watched(list[Any]):
    """Counts the messages that were looked at."""

    seen = 0

    def __iter__(self) -> Iterator[Any]:
        for item in super().__iter__():
            self.seen += 1
            yield item


def backend(module: ModuleType, **attributes: Any) -> Any:
    made = module.SQSBackend("eu-west-1", "123456789012")
    made.create_queue("q.fifo" if attributes else "q", **attributes)
    return made


def played(module: ModuleType, seed: int, **attributes: Any) -> list[Any]:
    """What each of a random series of calls answers."""
    draw, sqs, seen = Random(seed), backend(module, **attributes), []
    (name,) = sqs.queues
    held: list[tuple[str, str]] = []
    for number in range(120):
        match draw.randrange(6):
            case 0 | 1:
                group = {"group_id": draw.choice("ab")} if attributes else {}
                delay = 0 if attributes else draw.choice([0, 0, 0, 900])
                body = f"m{draw.randrange(9 if attributes else 999)}"
                sqs.send_message(name, body, {"n": {"DataType": "S"}}, delay, **group)
            case 2 | 3:
                got = sqs.receive_message(
                    name, draw.randint(1, 3), 0, draw.choice([0, 60]), draw.choice([[], ["All"]])
                )
                held += [(m.body, m.receipt_handle) for m in got]
                seen.append(
                    [(m.body, m.approximate_receive_count, m.message_attributes) for m in got]
                )
            case 4 if held:
                _, handle = held.pop(draw.randrange(len(held)))
                try:
                    sqs.delete_message(name, handle)
                    if draw.random() < 0.3:
                        sqs.delete_message(name, handle)
                except Exception as error:
                    seen.append(type(error).__name__)
            case 5 if held:
                try:
                    handle = draw.choice(held)[1]
                    sqs.change_message_visibility(name, handle, draw.choice([0, 100]))
                except Exception as error:
                    seen.append(type(error).__name__)
        told = dict(sqs.get_queue_attributes(name, ["All"]))
        told |= sqs.get_queue_attributes(name, ["DelaySeconds", "ApproximateNumberOfMessages"])
        seen.append({k: v for k, v in told.items() if "Timestamp" not in k} | {"at": number})
    return seen


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(
    "attributes", [{}, {"FifoQueue": "true", "ContentBasedDeduplication": "true"}]
)
def test_every_call_answers_as_in_moto(
    plain: ModuleType, seed: int, attributes: dict[str, str]
) -> None:
    assert played(models, seed, **attributes) == played(plain, seed, **attributes)


def test_no_call_looks_at_more_messages_than_it_needs() -> None:
    sqs = backend(models)
    queue = sqs.queues["q"]
    for number in range(1000):
        sqs.send_message("q", f"m{number}")
    queue._messages = watched = Watched(queue._messages)
    sqs.send_message("q", "last")
    assert watched.seen == 0
    (first,) = sqs.receive_message("q", 1, 0, 30)
    assert (first.body, watched.seen) == ("m0", 1)
    sqs.delete_message("q", first.receipt_handle)
    assert watched.seen == 2
    assert len(queue._messages) == 1000


def test_a_handle_of_no_message_is_refused() -> None:
    with pytest.raises(ReceiptHandleIsInvalid):
        backend(models).delete_message("q", "nobody's")


def test_redrive_policy_and_flags_are_told_as_texts() -> None:
    queue = backend(models).queues["q"]
    queue.redrive_policy = {"maxReceiveCount": 3}
    told = queue.attributes
    assert told["RedrivePolicy"] == '{"maxReceiveCount": 3}'
    assert told["SqsManagedSseEnabled"] == "true"
    assert "FifoQueue" not in told
    assert len(told) == len(models.Queue.BASE_ATTRIBUTES)
