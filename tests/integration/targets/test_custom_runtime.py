"""Custom runtimes: a bootstrap in shell, and one that a C compiler makes."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.errors import TargetError
from harness.model import Function, Outcome, Status
from harness.targets.local import LocalTarget

# https://docs.aws.amazon.com/lambda/latest/dg/runtimes-walkthrough.html
SHELL = r"""#!/bin/sh
set -u
API="http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime"
HEADERS="$(mktemp)"
while true; do
  EVENT=$(curl -sS -LD "$HEADERS" "$API/invocation/next")
  ID=$(grep -Fi Lambda-Runtime-Aws-Request-Id "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)
  case "$EVENT" in
    *leave*) exit 3 ;;
    *wait*) sleep 30 ;;
    *fail*)
      curl -sS -o /dev/null "$API/invocation/$ID/error" \
        -d '{"errorType": "Odd", "errorMessage": "as asked"}' ;;
    *)
      echo "handled by $_HANDLER"
      curl -sS -o /dev/null "$API/invocation/$ID/response" -d "$EVENT" ;;
  esac
done
"""
COMPILED = r"""
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define FAILED "{\"errorType\": \"Odd\", \"errorMessage\": \"as asked\"}"
#define KIND (failed ? "error" : "response")
static char got[1 << 20];

/* Sends a request, reads the answer into got; returns the beginning of its body. */
static char *ask(const char *request, size_t length) {
    char host[64];
    snprintf(host, sizeof host, "%s", getenv("AWS_LAMBDA_RUNTIME_API"));
    char *port = strchr(host, ':');
    *port++ = 0;
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(atoi(port))};
    inet_pton(AF_INET, host, &place.sin_addr);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(s, (struct sockaddr *)&place, sizeof place)) exit(9);
    if (write(s, request, length) < 0) exit(9);
    size_t have = 0;
    char *body = NULL;
    long size = 0;
    for (;;) {
        if (body && (long)(have - (body - got)) >= size) break;
        ssize_t n = read(s, got + have, sizeof got - 1 - have);
        if (n <= 0) break;
        have += n;
        got[have] = 0;
        if (!body && (body = strstr(got, "\r\n\r\n"))) {
            body += 4;
            char *length_at = strcasestr(got, "content-length:");
            size = length_at ? atol(length_at + 15) : 0;
        }
    }
    close(s);
    return body;
}

int main(void) {
    static char out[1 << 20];
    for (;;) {
        const char *next = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n";
        char *event = ask(next, strlen(next));
        char id[64] = "";
        char *at = strcasestr(got, "lambda-runtime-aws-request-id:");
        sscanf(at + 30, " %63[^\r]", id);
        if (strstr(event, "leave")) return 3;
        if (strstr(event, "wait")) sleep(30);
        int failed = strstr(event, "fail") != NULL;
        const char *answer = failed ? FAILED : event;
        if (!failed) { printf("handled by %s\n", getenv("_HANDLER")); fflush(stdout); }
        int n = snprintf(out, sizeof out,
            "POST /2018-06-01/runtime/invocation/%s/%s HTTP/1.1\r\nHost: x\r\n"
            "Content-Length: %zu\r\n\r\n%s", id, KIND, strlen(answer), answer);
        ask(out, n);
    }
}
"""
Invoke = Callable[[Any], Outcome]


def shell(code: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    (code / "bootstrap").write_text(SHELL)
    (code / "bootstrap").chmod(0o755)


def compiled(code: Path) -> None:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler is installed")
    (code / "bootstrap.c").write_text(COMPILED)
    command = [compiler, "-D_GNU_SOURCE", "-w", "-o", "bootstrap", "bootstrap.c"]
    subprocess.run(command, cwd=code, check=True)


def function(code: Path, **changes: Any) -> Function:
    properties = {"runtime": "provided.al2023", "handler": "orders", "timeout": 2, **changes}
    return Function(name="F", code=code, **properties)


@pytest.mark.parametrize("make", [shell, compiled])
def test_whatever_speaks_the_runtime_api_is_driven(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    make(tmp_path)
    with LocalTarget(function(tmp_path), environment={}, coverage=True) as target:
        assert "sensors" in target.blind

        def call(event: Any) -> Outcome:
            return target.invoke(json.dumps(event).encode())

        first, second = call({"a": "ä"}), call({"b": [1]})
        assert (first.status, first.response) == (Status.OK, {"a": "ä"})
        assert first.init is not None
        assert (second.response, second.init) == ({"b": [1]}, None)
        assert "handled by orders" in second.logs
        failed = call({"fail": 1})
        assert failed.status is Status.ERROR
        assert failed.error is not None
        assert (failed.error.type, failed.error.message) == ("Odd", "as asked")
        left = call({"leave": 1})
        assert (left.status, left.exit_code) == (Status.CRASH, 3)
        assert call({"c": 1}).init is not None, "the next call is cold"
        assert call({"wait": 1}).status is Status.TIMEOUT
        assert call({"d": 1}).response == {"d": 1}
        fresh = target.invoke(b'{"e": 1}', fresh=True)
        assert fresh.response == {"e": 1}


def test_a_layer_may_hold_it_and_what_is_missing_is_told(tmp_path: Path) -> None:
    code, layer = tmp_path / "code", tmp_path / "layer"
    code.mkdir()
    layer.mkdir()
    with pytest.raises(TargetError, match="no executable named bootstrap in"):
        LocalTarget(function(code), environment={}).start()
    shell(layer)
    with LocalTarget(function(code, layers=(layer,)), environment={}) as target:
        assert target.invoke(b"{}").status is Status.OK
    (layer / "bootstrap").chmod(0o644)
    with pytest.raises(TargetError, match=r"is not executable; chmod \+x it"):
        LocalTarget(function(code, layers=(layer,)), environment={}).start()
