"""The server from which worker processes are forked.

To import what a worker needs takes longer than many a campaign's first finding. The server does it
once for all workers, and while the coordinator still reads its source. Light to load for that.
"""

import multiprocessing
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext

_NEEDED = ["harness.campaign.preloaded"]


def prepare() -> ForkServerContext:
    """Where workers are started; the first call begins to import what they need."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_NEEDED)
    forkserver.ensure_running()
    return context
