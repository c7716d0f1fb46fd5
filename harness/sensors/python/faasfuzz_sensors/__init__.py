"""Sensors inside the function's process: what dangerous operations it did, and what it read.

Stdlib only, Python 3.8 on. Nothing here may change what the handler sees or does: sensors look at
arguments, never at results, and whatever goes wrong inside a sensor is dropped, because a fault of
ours must not become a fault of the function under test.
"""

from faasfuzz_sensors import audit, coverage, decoders, frames, parsers, record, standins, tables
from faasfuzz_sensors import learn as learning
from faasfuzz_sensors.sinks import clients, drivers, modules, queries, sql, templates

learn = learning.learn
unlearn = learning.unlearn
begin = record.begin
end = coverage.tell


def install(fd, task_root):
    """Start recording to a descriptor. Called before the handler's module is imported."""
    record.open_to(fd)
    frames.set_task_root(task_root)
    decoders.install()
    parsers.install()
    tables.install()
    standins.install()
    sql.install()
    drivers.install()
    clients.install()
    modules.install()
    queries.install()
    templates.install()
    audit.install()
    coverage.install()
