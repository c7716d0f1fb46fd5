# ruff: noqa: T201, PTH109, UP031 - a function runs under every Python from 3.8 on
"""The function under test of test_local_runtime.py: `do` says what."""

import collections
import decimal
import importlib.util
import logging
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time

COUNT = 0
GO = threading.Event()
THREADS = []


def late():
    GO.wait()
    print("late")


def handler(event, context):
    global COUNT
    COUNT += 1
    do = event.get("do") if isinstance(event, dict) else None
    if do == "context":
        return {
            "name": context.function_name,
            "arn": context.invoked_function_arn,
            "memory": context.memory_limit_in_mb,
            "left": context.get_remaining_time_in_millis(),
        }
    if do == "raise":
        raise ValueError("bad")
    if do == "hang":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
    if do == "orphan":
        child = subprocess.Popen(["sleep", "60"], start_new_session=True)
        print(child.pid)
        time.sleep(60)
    if do == "log":
        print("printed")
        os.system("echo child")
        logging.getLogger("mine").warning("logged")
    if do == "thread":
        THREADS.append(threading.Thread(target=late))
        THREADS[0].start()
    if do == "join":
        GO.set()
        THREADS[0].join()
    if do == "memory":
        filled = b"1" * (200 << 20)
        time.sleep(1)
        return len(filled)
    if do in ("sys.exit", "os._exit", "segfault"):
        print("last words", end="")
        if do == "sys.exit":
            sys.exit(3)
        if do == "os._exit":
            os._exit(7)
        os.kill(os.getpid(), signal.SIGSEGV)
    if do == "large":
        return "x" * (6 << 20) + "y" * 200
    if do == "flood":
        for _ in range(20_000):
            print("f" * 1000)
    if do == "exotic":
        return {"d": decimal.Decimal("1.10"), "t": collections.namedtuple("T", "x")(1)}
    if do == "set":
        return {1}
    if do == "environment":
        return {
            "names": list(os.environ),
            "harness": importlib.util.find_spec("harness") and "there",
            "boto3": importlib.util.find_spec("boto3") and "there",
            "cwd": os.getcwd(),
            "root": os.environ["LAMBDA_TASK_ROOT"],
        }
    if do == "tmp":
        marker = pathlib.Path(tempfile.gettempdir(), "faasfuzz-test-marker")
        there = marker.exists()
        marker.touch()
        return there
    if do == "version":
        return "python%d.%d" % sys.version_info[:2]
    if do == "pid":
        return os.getpid()
    return {"count": COUNT}
