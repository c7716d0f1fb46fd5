"""Cross-site scripting (CWE-79): the payload is markup or script in a page, not text of it.

The page is parsed as a browser would parse it, so an escaped payload is text and silent.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from harness.model import Case, Confidence, Verdict, Witness
from harness.oracles.base import excerpt
from harness.oracles.http import http_answer

# What browsers render as a page with scripts (WHATWG MIME Sniffing, "scriptable MIME type").
_SCRIPTABLE = frozenset({"text/html", "application/xhtml+xml", "image/svg+xml"})
_MAILERS = frozenset({"ses", "sesv2", "email"})
_LINKS = frozenset({"href", "src", "action", "formaction", "xlink:href", "data"})
_SCRIPT_TEXT = re.compile(
    r"""//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`""", re.DOTALL
)


class MarkupOracle:
    """A tag, an attribute, a script link or script code of a page carries the trial's token."""

    rules = ("xss",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        token = trial.canary.token
        if trial.payload.rule != "xss":
            return
        for where, page in _pages(case):
            found = _Page(token).read(page) if token in page else ""
            if found:
                yield Verdict(
                    rule="xss",
                    trial=trial,
                    witness=Witness(
                        kind="markup",
                        seen=f"{found}: {excerpt(page, page.find(token), len(token))}",
                        where=where,
                    ),
                    confidence=Confidence.CONFIRMED,
                )
                return


def _pages(case: Case) -> Iterator[tuple[str, str]]:
    """What somebody will look at as a page: an answer, a mail that a user pool or SES sends."""
    answer = http_answer(case, case.observation)
    if answer is not None and answer.media_type in _SCRIPTABLE:
        yield "response", answer.body
    event = case.observation.outcome.response
    if case.invocation.template.response.kind == "cognito" and isinstance(event, dict):
        mail = event.get("response")
        if isinstance(mail, dict) and isinstance(mail.get("emailMessage"), str):
            yield "response", mail["emailMessage"]
    for call in case.observation.calls:
        if call.service in _MAILERS and call.error is None:
            for page in _html_parts(call.parameters):
                yield f"aws:{call.service}.{call.operation}", page


def _html_parts(value: Any) -> Iterator[str]:
    """The texts under `Html` in the parameters of SendEmail, in both versions of the API."""
    if isinstance(value, dict):
        html = value.get("Html")
        if isinstance(html, dict) and isinstance(html.get("Data"), str):
            yield html["Data"]
        for item in value.values():
            yield from _html_parts(item)


class _Page(HTMLParser):
    """Looks for a token where it is structure."""

    def __init__(self, token: str) -> None:
        super().__init__(convert_charrefs=True)
        self._token = token
        self._script = False
        self.found = ""

    def read(self, page: str) -> str:
        self.feed(page)
        self.close()
        return self.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._script = tag == "script"
        if tag == self._token:
            self.found = self.found or "a tag of the payload's own"
        for name, value in attrs:
            if name == self._token:
                self.found = self.found or "an attribute of the payload's own"
            link = re.sub(r"[\x00-\x20]", "", value or "").lower()
            if name in _LINKS and link.startswith(f"javascript:{self._token}"):
                self.found = self.found or f"a script as {name}"
            if name.startswith("on") and value and _outside_of_strings(value, self._token):
                self.found = self.found or f"code of {name}"

    def handle_endtag(self, tag: str) -> None:
        self._script = self._script and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._script and _outside_of_strings(data, self._token):
            self.found = self.found or "code of a script"


def _outside_of_strings(script: str, token: str) -> bool:
    return token in _SCRIPT_TEXT.sub("''", script)
