"""Java by a runtime client that the user names: anything that speaks the Runtime API is driven."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from harness.errors import UsageError
from harness.model import Application, Function, Outcome, Status
from harness.targets.base import Setup
from harness.targets.local.provider import PROVIDER
from tests.e2e.campaigns import findings_of

# The loop of https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
CLIENT = """
import java.io.*;
import java.lang.reflect.Method;
import java.net.*;

public class Client {
    static final String API = "http://" + System.getenv("AWS_LAMBDA_RUNTIME_API")
        + "/2018-06-01/runtime/invocation/";

    public static void main(String[] given) throws Exception {
        String[] name = given[0].split("::");
        Method handler = Class.forName(name[0]).getMethod(name[1], String.class);
        while (true) {
            HttpURLConnection next = (HttpURLConnection) new URL(API + "next").openConnection();
            String event = new String(next.getInputStream().readAllBytes(), "UTF-8");
            String id = next.getHeaderField("Lambda-Runtime-Aws-Request-Id");
            try {
                tell(id + "/response", (String) handler.invoke(null, event));
            } catch (java.lang.reflect.InvocationTargetException raised) {
                Throwable error = raised.getCause();
                tell(id + "/error", "{\\"errorType\\": \\"" + error.getClass().getName()
                    + "\\", \\"errorMessage\\": \\"" + error.getMessage() + "\\"}");
            }
        }
    }

    static void tell(String path, String body) throws Exception {
        HttpURLConnection made = (HttpURLConnection) new URL(API + path).openConnection();
        made.setRequestMethod("POST");
        made.setDoOutput(true);
        made.getOutputStream().write(body.getBytes("UTF-8"));
        made.getInputStream().readAllBytes();
    }
}
"""
HANDLER = """
import java.util.regex.*;

public class Search {
    static int calls = 0;

    static String field(String event, String name) {
        String text = "((?:[^\\"\\\\\\\\]|\\\\\\\\.)*)";
        Matcher found = Pattern.compile("\\"" + name + "\\": ?\\"" + text + "\\"").matcher(event);
        if (!found.find()) throw new IllegalArgumentException("no " + name);
        return found.group(1).replace("\\\\n", "\\n").replace("\\\\\\"", "\\"");
    }

    static String told(String... command) throws Exception {
        Process made = new ProcessBuilder(command).redirectErrorStream(true).start();
        byte[] out = made.getInputStream().readAllBytes();
        return "{\\"calls\\": " + (++calls) + ", \\"told\\": \\""
            + new String(out, "UTF-8").replace("\\\\", "").replace("\\"", "'").replace("\\n", " ")
            + "\\"}";
    }

    public static String shell(String event) throws Exception {
        return told("sh", "-c", "echo " + field(event, "q"));
    }

    public static String argument(String event) throws Exception {
        return told("echo", field(event, "q"));
    }
}
"""
COMMAND = ["java", "-Xmx{memory}m", "-cp", "{code}:{layers}", "Client", "{handler}"]
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: java17, CodeUri: src/, MemorySize: 512, Timeout: 10}}
Resources:
  Shell:
    Type: AWS::Serverless::Function
    Properties:
      Handler: Search::shell
      Events: {Get: {Type: Api, Properties: {Path: /shell, Method: get}}}
  Argument:
    Type: AWS::Serverless::Function
    Properties:
      Handler: Search::argument
      Events: {Get: {Type: Api, Properties: {Path: /argument, Method: get}}}
"""


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an application in Java, built, and the runtime client beside it."""
    if shutil.which("javac") is None:
        pytest.skip("no Java compiler is installed")
    folder = tmp_path_factory.mktemp("java")
    (folder / "src").mkdir()
    (folder / "src" / "Search.java").write_text(HANDLER)
    (folder / "client").mkdir()
    (folder / "client" / "Client.java").write_text(CLIENT)
    for each in ("src", "client"):
        subprocess.run(["javac", *(folder / each).glob("*.java")], check=True)
    (folder / "template.yaml").write_text(TEMPLATE)
    return folder


def options(code: Path) -> dict[str, Any]:
    command = [part.replace("{layers}", str(code / "client")) for part in COMMAND]
    return {"runtimes": {"java17": command}}


def test_java_runs_behind_the_client_that_is_given(code: Path) -> None:
    function = Function(
        name="F",
        runtime="java17",
        handler="Search::shell",
        code=code / "src",
        memory=512,
        layers=(code / "client",),
    )
    application = Application(name="a", source=code, functions=(function,))
    setup = Setup(application=application, options={"runtimes": {"java17": COMMAND}})
    with (
        PROVIDER.open(PROVIDER.check(setup)) as targets,
        targets.of(function, environment={}) as target,
    ):
        assert "sensors" in target.blind

        def call(event: Any, *, fresh: bool = False) -> Outcome:
            return target.invoke(json.dumps(event).encode(), fresh=fresh)

        told = [call({"q": "a"}) for _ in range(2)]
        assert [o.response for o in told] == [{"calls": n, "told": "a "} for n in (1, 2)]
        assert [o.init is None for o in told] == [False, True]
        failed = call({})
        assert failed.status is Status.ERROR
        assert failed.error is not None
        assert (failed.error.type, failed.error.message) == (
            "java.lang.IllegalArgumentException",
            "no q",
        )
        assert call({"q": "b"}, fresh=True).response == {"calls": 1, "told": "b "}


def test_a_campaign_tests_functions_in_java(code: Path, tmp_path: Path) -> None:
    told = findings_of(
        code,
        tmp_path,
        rules=("os-command-injection",),
        tables={"local": options(code)},
        max_invocations=60,
        workers=1,
    )
    assert [f["tested"] for f in told["functions"]] == [True, True], told["functions"]
    assert [(f["function"], f["confidence"]) for f in told["findings"]] == [("Shell", "confirmed")]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"runtime": {}}, "the local target has no option 'runtime'; it has the table runtimes"),
        ({"runtimes": "java"}, "[local] runtimes is no table"),
        ({"runtimes": {"java17": "java"}}, "[local.runtimes] java17 is no list of texts"),
        ({"runtimes": {"java17": []}}, "[local.runtimes] java17 is no list of texts"),
    ],
)
def test_a_mistake_is_one_line(tmp_path: Path, given: dict[str, Any], told: str) -> None:
    application = Application(name="a", source=tmp_path, functions=())
    with pytest.raises(UsageError) as caught:
        PROVIDER.check(Setup(application=application, options=given))
    assert str(caught.value).startswith(told)
