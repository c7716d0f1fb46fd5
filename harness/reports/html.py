"""report.html: one file that opens offline, asks nothing of the network and trusts no text in it.

The page's policy (CSP) admits the one style sheet and the one script by their hashes; every text is
escaped by the template and made legible first, since findings are made of hostile text.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from harness.catalogue.paths import data_folder
from harness.model import CampaignReport, Rule, Severity
from harness.reports.finding_view import FindingViews
from harness.reports.heat_map import heat_map
from harness.reports.legible import legible, pieces
from harness.reports.overview import overview
from harness.reports.svg_map import HEIGHT, WIDTH, draw
from harness.reports.timeline import timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What the page needs to be a review's.

    `decisions` are by fingerprint, each with status, reason, who and until; `replays` say what a
    replay showed. `who` is the reviewer's name as far as it is known, `today` an ISO date.
    """

    baseline: str
    who: str
    today: str
    statuses: tuple[str, ...]
    decisions: Mapping[str, Mapping[str, Any]]
    replays: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    """A page, and the content security policy that admits what is in it and nothing else."""

    html: str
    policy: str


class HtmlReporter:
    """For people who read the whole story."""

    format = "html"
    filename = "report.html"

    def render(self, report: CampaignReport, rules: Mapping[str, Rule]) -> str:
        """The whole page. Source lines around sinks are read from the functions' code folders."""
        return render_page(report, rules).html


def render_page(
    report: CampaignReport, rules: Mapping[str, Rule], review: Review | None = None
) -> Page:
    """The report as a page; with the forms of a review when there is one."""
    folder = data_folder("reports") / "html"
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["legible"] = legible
    environment.filters["pieces"] = pieces
    style = (folder / "style.css").read_text("utf-8")
    script = (folder / "script.js").read_text("utf-8")
    if review is not None:
        script += (folder / "review.js").read_text("utf-8")
    views = FindingViews(
        report,
        rules,
        {id: str(decision["status"]) for id, decision in review.decisions.items()}
        if review is not None
        else None,
    )
    ordered = sorted(
        report.findings,
        key=lambda f: (f.severity.rank, f.confidence.rank, f.rule, f.function, f.id),
    )
    findings = tuple(views.of(finding) for finding in ordered)
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; "
    ) + ("connect-src 'self'; form-action 'self'" if review else "form-action 'none'")
    html = environment.get_template("report.html.j2").render(
        report=report,
        rules=rules,
        review=review,
        overview=overview(report),
        map=draw(report),
        box=(WIDTH, HEIGHT),
        heat=heat_map(report),
        timeline=timeline(report),
        groups=[(s, [v for v in findings if v.finding.severity is s]) for s in Severity],
        functions=sorted({f.function for f in report.findings}),
        found_rules=sorted({f.rule for f in report.findings}),
        triggers=sorted({f.trigger for f in report.findings}),
        statuses=("open", *review.statuses)
        if review is not None
        else sorted({view.status for view in findings if view.status}),
        confidences=sorted({f.confidence for f in report.findings}, key=lambda c: c.rank),
        style=Markup(style),
        script=Markup(script),
        policy=Markup(policy),
    )
    return Page(html, policy)


def _hash(text: str) -> str:
    """The hash source of an inline element's exact text (CSP level 3, section 2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
