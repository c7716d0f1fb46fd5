"""Jobs on a Dask cluster: a LocalCluster of this machine's cores, or a scheduler elsewhere.

One task is one job, so a worker that is lost costs one job's last chunk of cells. Dask begins a
lost task again by itself, with what was known when it was submitted; the coordinator tells such a
second beginning by its token, takes nothing from it and submits the job anew with all that is known
by now. So no trial is counted twice.

Moments travel by a distributed queue, in the order in which a job told them, and a task answers
how many there were: a job has ended when all of them have arrived.

Source: https://distributed.dask.org/en/stable/ (Queue, Event, Client.submit).
"""

import contextlib
import pickle
import secrets
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.campaign.jobs import Job
from harness.campaign.moments import Moment, WorkerFailed
from harness.campaign.pool import Ended, Event, Lost, Told
from harness.campaign.workplace import Workplace
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.campaign.worker import Worker

LOCAL = "local"
_MEND = "install faasfuzz[cluster]"
_CONNECT_SECONDS = 10
_CLOSE_SECONDS = 20
# How often a worker looks whether it is to stop, in seconds.
_LOOK = 0.5


@dataclass(slots=True)
class _Task:
    """A job that was submitted. `token` is of the beginning that counts."""

    job: Job
    future: Any
    token: str = ""
    arrived: int = 0
    wanted: int | None = None


class ClusterPool:
    """See Pool. Raises UsageError when there is no scheduler at the address.

    `size` is how many workers a local cluster has.
    """

    def __init__(self, workplace: Workplace, address: str, size: int) -> None:
        self._tasks: dict[str, _Task] = {}
        self._cluster: Any = None
        try:
            import distributed
        except ImportError as error:
            raise UsageError("--cluster needs dask.distributed", mend=_MEND) from error
        self._name = f"faasfuzz-{secrets.token_hex(6)}"
        try:
            if address == LOCAL:
                self._cluster = distributed.LocalCluster(
                    n_workers=size,
                    threads_per_worker=1,
                    dashboard_address="127.0.0.1:0",  # else one port of the machine's, for all
                    silence_logs=True,
                )
            self._client = distributed.Client(self._cluster or address, timeout=_CONNECT_SECONDS)
        except (OSError, TimeoutError, ValueError) as error:
            raise UsageError(
                f"--cluster {address}: no scheduler answers ({error})",
                mend="give its address (tcp://host:8786), or local",
            ) from error
        self._queue = distributed.Queue(self._name, client=self._client)
        self._stop = distributed.Event(f"{self._name}-stop", client=self._client)
        # The result of a task can be made again when each worker that had it is lost; what is
        # scattered can not.
        self._shared = self._client.submit(
            do_share, workplace, key=f"{self._name}-workplace", pure=False
        )

    @property
    def free(self) -> int:
        """How many more jobs can be begun now: one a worker process."""
        return max(0, len(self._client.scheduler_info(-1)["workers"]) - len(self._tasks))

    def suits(self, function: str) -> bool:  # noqa: ARG002
        """Any function: the scheduler says who gets a job."""
        return True

    def submit(self, job: Job) -> None:
        """Begin a job on any worker."""
        future = self._client.submit(
            do_job, self._shared, job, self._name, key=f"{job.key}-{secrets.token_hex(4)}"
        )
        self._tasks[job.key] = _Task(job, future)

    def events(self, timeout: float) -> Sequence[Event]:
        """What workers told; waits for up to `timeout` seconds when there is nothing yet."""
        found: list[Event] = []
        for message in self._messages(timeout):
            found += self._take(message)
        for task in list(self._tasks.values()):
            found += self._over(task)
        return found

    def stop(self) -> None:
        """Tell the jobs that run to come to an end."""
        self._stop.set()

    def end(self) -> None:
        """Their workers are not ours to end: they were told to stop."""

    def close(self) -> None:
        """Leave the cluster; a local one ends."""
        with contextlib.suppress(Exception):  # whatever is left of the cluster: we are done
            self._stop.set()
            self._client.run(leave, self._name)
        with contextlib.suppress(Exception):
            self._client.close(timeout=_CLOSE_SECONDS)
        if self._cluster is not None:
            self._cluster.close(timeout=_CLOSE_SECONDS)

    def _messages(self, timeout: float) -> Iterator[tuple[str, str, Moment | None]]:
        if not self._queue.qsize():
            time.sleep(min(timeout, 0.05))
        for packed in self._queue.get(batch=True):
            yield pickle.loads(packed)

    def _take(self, message: tuple[str, str, Moment | None]) -> Iterator[Event]:
        key, token, moment = message
        task = self._tasks.get(key)
        if task is None:
            return
        task.token = task.token or token
        if task.token != token:
            task.future.cancel()
            del self._tasks[key]
            yield Lost(task.job, "its worker was lost")
        elif moment is not None:
            task.arrived += 1
            yield Told(moment)

    def _over(self, task: _Task) -> Iterator[Event]:
        if not task.future.done():
            return
        if task.wanted is None:
            try:
                token, task.wanted = task.future.result()
            except (Exception, CancelledError) as error:
                del self._tasks[task.job.key]
                yield Lost(task.job, f"its worker was lost ({type(error).__name__})")
                return
            if task.token and token != task.token:
                del self._tasks[task.job.key]
                yield Lost(task.job, "its worker was lost")
                return
        if task.arrived >= task.wanted:
            del self._tasks[task.job.key]
            yield Ended(task.job)


_lock = threading.Lock()
_workers: dict[str, "Worker"] = {}
_stopped: dict[str, threading.Event] = {}


def do_share(workplace: Workplace) -> Workplace:
    """The task whose result every job takes: workers hand it to one another."""
    return workplace


def do_job(workplace: Workplace, job: Job, name: str) -> tuple[str, int]:
    """The task: one job in this worker process. Returns its token and how many moments it told."""
    import distributed

    from harness.campaign.worker import Worker  # heavy, and only here

    token = secrets.token_hex(8)
    queue = distributed.Queue(name)
    told = 0

    def tell(moment: Moment | None) -> None:
        nonlocal told
        told += moment is not None
        queue.put(pickle.dumps((job.key, token, moment)))

    tell(None)
    with _lock:  # a worker process with several threads does one job at a time
        if name not in _workers:
            _stopped[name] = _watched(name)
            _workers[name] = Worker(workplace, _stopped[name].is_set).__enter__()
        worker = _workers[name]
        try:
            worker.run(job, tell)
        except Exception:  # a bug of ours: told with its trace, the rest goes on
            tell(WorkerFailed(job=job, reason=traceback.format_exc(limit=-12)))
    return token, told


def leave(name: str) -> None:
    """Close what the worker process holds for a campaign."""
    with _lock:
        worker = _workers.pop(name, None)
        if worker is not None:
            _stopped.pop(name).set()
            worker.__exit__()


def _watched(name: str) -> threading.Event:
    """Set once the coordinator says stop; asking it costs a round trip, so a thread does."""
    import distributed

    asked = distributed.Event(f"{name}-stop")
    stopped = threading.Event()

    def watch() -> None:
        while not stopped.wait(_LOOK):
            with contextlib.suppress(Exception):  # the scheduler may be gone: the task ends, too
                if asked.is_set():
                    stopped.set()

    threading.Thread(target=watch, daemon=True, name="faasfuzz-stop").start()
    return stopped
