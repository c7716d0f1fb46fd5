"""What the Invoke API's answers mean: reports of all ages and formats, failures in all words."""

import json
from typing import Any

import pytest

from harness.model import Status
from harness.targets.lambda_api import failure, read_logs

ID = "8f507cfc-1111-4697-b07a-ac58fc914c95"
REPORT = (
    f"REPORT RequestId: {ID}\tDuration: 15.74 ms\tBilled Duration: 147 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 56 MB\tInit Duration: 130.49 ms\t\n"
)


def logs(*own: str, report: str = REPORT) -> str:
    return (
        "".join((f"START RequestId: {ID} Version: $LATEST\n", *own, f"END RequestId: {ID}\n"))
        + report
    )


def test_a_report_gives_the_figures_and_leaves_the_functions_own_lines() -> None:
    told = read_logs(logs("START of my work\n", "END: done\n", "REPORT of sales: 3\n"))
    assert told.text == "START of my work\nEND: done\nREPORT of sales: 3\n"
    assert (told.duration, told.billed, told.init) == (15.74, 147.0, 130.49)
    assert (told.memory_size, told.memory_used) == (128, 56)
    assert told.request_id == ID
    assert told.whole


def test_a_print_without_an_end_of_line_stays_the_functions() -> None:
    told = read_logs(logs("last words"))
    assert told.text == "last words"
    assert told.duration == 15.74


def test_what_was_cut_off_is_known() -> None:
    assert not read_logs(logs("x\n").split("\n", 1)[1]).whole


def test_the_json_log_format_is_read_too() -> None:
    def entry(kind: str, **record: Any) -> str:
        return json.dumps({"time": "2024-03-13T18:56:24Z", "type": kind, "record": record}) + "\n"

    own = '{"level": "INFO", "message": "platform.start"}\n'
    metrics = {
        "durationMs": 100.07,
        "billedDurationMs": 300,
        "memorySizeMB": 128,
        "maxMemoryUsedMB": 94,
        "initDurationMs": 194.12,
    }
    text = "".join(
        (
            entry("platform.initReport", status="error", errorType="Runtime.ImportModuleError"),
            entry("platform.start", requestId=ID, version="$LATEST"),
            own,
            entry("platform.report", requestId=ID, metrics=metrics, status="success"),
        )
    )
    told = read_logs(text)
    assert told.text == own
    assert (told.duration, told.init, told.memory_used) == (100.07, 194.12, 94)
    assert told.request_id == ID
    assert told.whole
    assert told.init_failed


KILLED = f"RequestId: {ID} Error: Runtime exited with error: signal: killed"
FULL = REPORT.replace("56 MB", "128 MB")


@pytest.mark.parametrize(
    ("payload", "log", "status"),
    [
        ({"errorType": "KeyError", "errorMessage": "'id'"}, logs(), Status.ERROR),
        ({"errorType": "Sandbox.Timedout", "errorMessage": "x"}, logs(), Status.TIMEOUT),
        ({"errorMessage": f"2017-01-01T0Z {ID} Task timed out after 3.00 seconds"}, "",
         Status.TIMEOUT),
        ({"errorType": "Error", "errorMessage": "Task timed out after 3.00 seconds"}, "",
         Status.ERROR),
        ({"errorType": "Runtime.ExitError", "errorMessage": KILLED}, logs(), Status.CRASH),
        ({"errorType": "Runtime.ExitError", "errorMessage": KILLED}, logs(report=FULL),
         Status.OUT_OF_MEMORY),
        ({"errorType": "Runtime.OutOfMemory", "errorMessage": KILLED}, "", Status.OUT_OF_MEMORY),
        ({"errorType": "Runtime.ImportModuleError", "errorMessage": "x"}, "", Status.INIT_ERROR),
        ({"errorType": "ValueError", "errorMessage": "x"},
         "INIT_REPORT Init Duration: 1.00 ms\tStatus: error\tError Type: ValueError\n",
         Status.INIT_ERROR),
        ("not an object", "", Status.ERROR),
        (None, "", Status.ERROR),
    ],
)  # fmt: skip
def test_a_failure_is_told_by_its_type_and_report(payload: Any, log: str, status: Status) -> None:
    assert failure(payload, read_logs(log))[0] is status


def test_a_trace_is_kept_whatever_it_is() -> None:
    told = {"errorType": "E", "errorMessage": "m", "stackTrace": ["a", "b"]}
    assert failure(told, read_logs(""))[1].trace == ("a", "b")
    assert failure({**told, "stackTrace": "one"}, read_logs(""))[1].trace == ("one",)


def test_the_platforms_words_on_an_end_are_not_the_functions() -> None:
    assert read_logs(logs("mine\n", KILLED + "\n")).text == "mine\n"
    assert (
        read_logs(f"2026-01-01T00:00:00Z {ID} Task timed out after 1.00 seconds\n\n").text == "\n"
    )
