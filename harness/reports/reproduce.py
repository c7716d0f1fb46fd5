"""Ways to see a finding again: replay, the event as a file, curl for HTTP triggers, a test."""

import base64
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote, urlencode

from harness.model import CampaignReport, Finding
from harness.reports.base import entered
from harness.reports.elsewhere import platform_command

# Where `sam local start-api` listens, and `faasfuzz serve` and `sam local start-lambda`.
_LOCAL, _LAMBDA = "http://127.0.0.1:3000", "http://127.0.0.1:3001"
_HTTP = ("aws.apigateway.http", "aws.apigateway.rest", "aws.lambda.function-url", "aws.elb.")
# A body longer than this is better sent from the exported file.
_LONGEST = 6000


@dataclass(frozen=True, slots=True)
class Way:
    """One way: what it does, and the text to paste; `language` is sh or python."""

    title: str
    text: str
    language: str = "sh"


def folder(report: CampaignReport) -> str:
    """The campaign's folder as the run was given it; its id where that is not known."""
    return str(report.configuration.get("out") or report.id)


def commands(finding: Finding, campaign: str) -> tuple[str, ...]:
    """The commands of a finding; those of our own say in which folder the campaign is."""
    where = f" --campaign {shlex.quote(campaign)}"
    return tuple(
        command + where if command.startswith("faasfuzz replay ") else command
        for command in finding.reproduce
    )


def ways(finding: Finding, campaign: str, facts: Mapping[str, str]) -> tuple[Way, ...]:
    """Every way to reproduce a finding of the campaign in the folder `campaign`."""
    exported = f"faasfuzz export {shlex.quote(campaign)} --finding {finding.id} --out ."
    found = [Way(_title(command), command) for command in commands(finding, campaign)]
    found.insert(1, Way("The event and a test, as files for what follows", exported))
    if finding.trigger.startswith("aws.") and finding.event is not None:
        url = f"{_LAMBDA}/2015-03-31/functions/{quote(entered(finding))}/invocations"
        invoke = shlex.join(["curl", "-i", "--data-binary", f"@{finding.id}.json", url])
        found.append(Way("On this machine, after faasfuzz serve", invoke))
    curl = curl_command(finding, facts)
    if curl:
        found.append(Way("Over HTTP, after sam local start-api", curl))
    told, command = platform_command(finding, entered(finding))
    if command and len(command) <= _LONGEST:
        found.append(Way(told, command))
    found.append(Way("As a test", pytest_file(finding), "python"))
    return tuple(found)


def pytest_file(finding: Finding) -> str:
    """A test that passes once the finding is mended; it reads `<id>.finding.json` beside it."""
    name = finding.rule.replace("-", "_")
    return (
        '"""Written by faasfuzz export; passes once the finding is mended."""\n\n'
        "from pathlib import Path\n\n"
        f'FINDING = Path(__file__).with_name("{finding.id}.finding.json")\n\n\n'
        f"def test_{name}_{finding.id[:8]}(faasfuzz):\n"
        "    faasfuzz.replay(FINDING)\n"
    )


def finding_file(finding: Finding, source: str) -> str:
    """The finding as JSON with the application's `source`, for `faasfuzz.replay` of a test."""
    document = {"source": source, "finding": asdict(finding)}
    return json.dumps(document, indent=2, ensure_ascii=False, default=str) + "\n"


def event_file(finding: Finding) -> str:
    """The smallest event as JSON, for `aws lambda invoke` and `sam local invoke`."""
    return json.dumps(finding.event, indent=2, ensure_ascii=False, default=str) + "\n"


def curl_command(finding: Finding, facts: Mapping[str, str]) -> str:
    """The request that makes an HTTP event; empty for other triggers and very long bodies.

    What shrinking left out of the event comes from the trigger's `facts` (path, method). Shapes:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    event = finding.event
    if not finding.trigger.startswith(_HTTP) or not isinstance(event, Mapping):
        return ""
    context = event.get("requestContext")
    http = context.get("http") if isinstance(context, Mapping) else None
    http = http if isinstance(http, Mapping) else {}
    method = str(event.get("httpMethod") or http.get("method") or facts.get("method") or "GET")
    path = str(event.get("rawPath") or event.get("path") or _path(event, facts))
    query = event.get("rawQueryString") or _query(event)
    body = event.get("body")
    method = "POST" if method.upper() in ("ANY", "*") else method.upper()
    parts = ["curl", "-i", "-X", method]
    for name, value in _pairs(event.get("headers"), event.get("multiValueHeaders")):
        if name.lower() not in ("host", "content-length") and "\n" not in f"{name}{value}":
            parts += ["-H", f"{name}: {value}"]
    if isinstance(body, str) and body:
        if event.get("isBase64Encoded"):
            try:
                body = base64.b64decode(body, validate=True).decode("utf-8")
            except (ValueError, UnicodeDecodeError):
                return ""
        parts += ["--data-binary", body]
    parts.append(f"{_LOCAL}{quote(path, safe='/%:@&=+$,;~*()!')}" + (f"?{query}" if query else ""))
    command = shlex.join(parts)
    return command if len(command) <= _LONGEST and "\0" not in command else ""


def _path(event: Mapping[str, Any], facts: Mapping[str, str]) -> str:
    """The declared route with its parameters filled in."""
    route = facts.get("path", "/")
    parameters = event.get("pathParameters")
    for name, value in parameters.items() if isinstance(parameters, Mapping) else ():
        filled = quote(str(value), safe="")
        route = route.replace(f"{{{name}}}", filled).replace(f"{{{name}+}}", filled)
    return route


def _query(event: Mapping[str, Any]) -> str:
    pairs = _pairs(event.get("queryStringParameters"), event.get("multiValueQueryStringParameters"))
    return urlencode(pairs, quote_via=quote)


def _pairs(single: Any, several: Any) -> Sequence[tuple[str, str]]:
    """Names and values, from the form with several values where the event has it."""
    if isinstance(several, Mapping) and several:
        return [
            (str(name), str(value))
            for name, values in several.items()
            for value in (values if isinstance(values, (list, tuple)) else [values])
        ]
    if isinstance(single, Mapping):
        return [(str(name), str(value)) for name, value in single.items() if value is not None]
    return []


def _title(command: str) -> str:
    if command.startswith("faasfuzz replay"):
        return "Replay: exit 1 while it shows, 0 once it is mended"
    if command.startswith("aws "):
        return "In the cloud, on your own deployed function"
    if command.startswith("sam "):
        return "In SAM's local runtime"
    return "Command"
