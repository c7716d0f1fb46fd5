"""The review as a web application: pages for one person on this machine.

Who may ask: a browser that came with the token which only the terminal showed, to an address that
is this machine's own (Host, against DNS rebinding), from a page of the review itself (Origin,
against cross-site request forgery: https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html).
"""

import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from http import HTTPStatus
from threading import Lock
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from harness.campaign.replay import Replay
from harness.cli.review.decisions import STATUSES, Decisions
from harness.errors import FaasfuzzError
from harness.model import CampaignReport, Finding, Rule
from harness.reports.html import Review, render_page

_LARGEST = 64 * 1024
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_NOTHING = "default-src 'none'; frame-ancestors 'none'"


@dataclass(slots=True, kw_only=True)
class ReviewApp:
    """A WSGI application. `port` is known once the server listens; `replay` may take seconds."""

    report: CampaignReport
    rules: Mapping[str, Rule]
    decisions: Decisions
    token: str
    who: str
    replay: Callable[[Finding], Replay]
    port: int = 0
    _replays: dict[str, str] = field(default_factory=dict)
    _replaying: Lock = field(default_factory=Lock)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = _LARGEST
        try:
            response = self._refused(request) or self._answered(request)
        except HTTPException as error:
            response = _plain(error.code or 500, error.name)
        except FaasfuzzError as error:
            response = self._told(request, "", str(error), HTTPStatus.BAD_REQUEST)
        for name, value in _HEADERS.items():
            response.headers[name] = value
        response.headers.setdefault("Content-Security-Policy", _NOTHING)
        return response(environ, start_response)

    def _refused(self, request: Request) -> Response | None:
        hosts = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        host = request.headers.get("Host", "")
        if host not in hosts:
            return _plain(HTTPStatus.MISDIRECTED_REQUEST, "This is no address of the review.")
        if request.method == "POST" and request.headers.get("Origin") != f"http://{host}":
            return _plain(HTTPStatus.FORBIDDEN, "This did not come from the review's own page.")
        if request.method == "GET" and self._is_token(request.args.get("token", "")):
            response = _plain(HTTPStatus.SEE_OTHER, "")
            response.headers["Location"] = "/"
            response.set_cookie(self._cookie, self.token, httponly=True, samesite="Strict")
            return response
        if not self._is_token(request.cookies.get(self._cookie, "")):
            return _plain(
                HTTPStatus.UNAUTHORIZED, "Open the address that the terminal shows, token and all."
            )
        return None

    @property
    def _cookie(self) -> str:
        # Cookies do not know of ports: two reviews at once must not take each other's.
        return f"faasfuzz-review-{self.port}"

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self.token.encode())

    def _answered(self, request: Request) -> Response:
        if (request.method, request.path) == ("GET", "/"):
            return self._page()
        _, _, rest = request.path.partition("/")
        verb, _, id = rest.partition("/")
        if verb not in ("decide", "replay"):
            return _plain(HTTPStatus.NOT_FOUND, "There is no such page.")
        if request.method != "POST":
            return _plain(HTTPStatus.METHOD_NOT_ALLOWED, "Only its form asks for this.")
        finding = next((f for f in self.report.findings if f.id == id), None)
        if finding is None:
            return _plain(HTTPStatus.NOT_FOUND, "There is no such finding.")
        return (
            self._decided(request, finding) if verb == "decide" else self._again(request, finding)
        )

    def _page(self) -> Response:
        page = render_page(
            self.report,
            self.rules,
            Review(
                baseline=str(self.decisions.path),
                who=self.who,
                today=date.today().isoformat(),
                statuses=STATUSES,
                decisions=self.decisions.read(),
                replays=self._replays,
            ),
        )
        response = Response(page.html, mimetype="text/html")
        response.headers["Content-Security-Policy"] = f"{page.policy}; frame-ancestors 'none'"
        return response

    def _decided(self, request: Request, finding: Finding) -> Response:
        form = request.form
        status = form.get("status", "")
        self.who = form.get("who", "")[:100]
        self.decisions.decide(
            finding,
            status=status,
            reason=form.get("reason", ""),
            who=self.who,
            until=form.get("until", ""),
            today=date.today(),
        )
        return self._told(request, finding.id, "Kept.", HTTPStatus.OK, status or "open")

    def _again(self, request: Request, finding: Finding) -> Response:
        if not self._replaying.acquire(blocking=False):
            told = "Another replay is running: wait for it."
            return self._told(request, finding.id, told, HTTPStatus.CONFLICT)
        try:
            result = self.replay(finding)
        finally:
            self._replaying.release()
        told = f"{result.result}: {result.told}"
        self._replays[finding.id] = told
        return self._told(request, finding.id, told, HTTPStatus.OK)

    @staticmethod
    def _told(request: Request, id: str, told: str, code: HTTPStatus, status: str = "") -> Response:
        """For the page's script as JSON; for a form without scripts, back to the finding."""
        if "application/json" in request.headers.get("Accept", ""):
            body = json.dumps({"told": told, "status": status})
            return Response(body, code, mimetype="application/json")
        if code is not HTTPStatus.OK:
            return _plain(code, told)
        response = _plain(HTTPStatus.SEE_OTHER, "")
        response.headers["Location"] = f"/#finding-{id}"
        return response


def _plain(code: int, text: str) -> Response:
    return Response(text + "\n", code, mimetype="text/plain")
