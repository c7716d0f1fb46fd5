"""The application as a picture: a layered layout (Sugiyama, Tagawa and Toda, 1981).

Everything is sorted by name before it is placed, so one application always gives one picture. All
figures are in SVG user units, which are CSS pixels here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.model import CampaignReport, Severity
from harness.posture import Broad, broad
from harness.reports.legible import legible
from harness.reports.svg_layers import Graph, layered

WIDTH, HEIGHT = 208, 52
_GAP_X, _GAP_Y, _MARGIN = 84, 18, 12
_LABEL, _KIND = 25, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A box. `kind` is trigger, function or resource; `state` found, silent, untested or ""."""

    name: str
    kind: str
    label: str
    detail: str
    x: int
    y: int
    state: str = ""
    findings: int = 0
    worst: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """A connection as an SVG path; `back` when it runs against the flow (a loop).

    `broad` when the role grants more along it than any function needs.
    """

    path: str
    title: str
    back: bool
    broad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """The whole picture. `broad` pairs a function with what its role grants too broadly."""

    width: int
    height: int
    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    broad: tuple[tuple[str, tuple[str, ...]], ...] = ()


def draw(report: CampaignReport) -> Map:
    """The map of a report: triggers on the left, what functions feed on the right."""
    granted = _granted(report)
    graph, wide = _widened(report, _graph(report), granted)
    columns, routes = layered(graph)
    tallest = max((len(column) for column in columns), default=0)
    spots: dict[str, tuple[int, int]] = {}
    for number, column in enumerate(columns):
        offset = (tallest - len(column)) * (HEIGHT + _GAP_Y) // 2
        for row, name in enumerate(column):
            x = _MARGIN + number * (WIDTH + _GAP_X)
            spots[name] = (x, _MARGIN + offset + row * (HEIGHT + _GAP_Y))
    lowest = 2 * _MARGIN + tallest * (HEIGHT + _GAP_Y) - _GAP_Y
    arrows = [
        Arrow(
            path=_loop(spots[route[0]], spots[route[-1]], lowest) if back else _curve(route, spots),
            title=legible(
                f"{label(route[0])} to {label(route[-1])} ({graph.via[edge]})"
                + (f", over-broad: {wide[edge]}" if edge in wide else "")
            ),
            back=back,
            broad=edge in wide,
        )
        for edge, (route, back) in routes.items()
    ]
    looped = any(arrow.back for arrow in arrows)
    return Map(
        width=2 * _MARGIN + max(len(columns), 1) * (WIDTH + _GAP_X) - _GAP_X,
        height=max(lowest, HEIGHT + 2 * _MARGIN) + (40 if looped else 0),
        nodes=tuple(_nodes(report, graph, spots)),
        arrows=tuple(arrows),
        broad=tuple((name, tuple(_words(grants))) for name, grants in granted.items()),
    )


def label(name: str) -> str:
    """A node's own name: `function:Resize` is Resize."""
    return name.partition(":")[2]


def _graph(report: CampaignReport) -> Graph:
    functions = {function.name for function in report.functions}
    described = {str(f["name"]): f for f in report.application.get("functions", ())}
    via: dict[tuple[str, str], str] = {}

    def key(name: str) -> str:
        return f"function:{name}" if name in functions else f"resource:{name}"

    for edge in report.application.get("edges", ()):
        via[key(str(edge["origin"])), key(str(edge["to"]))] = str(edge["via"])
    for function in report.functions:
        triggers: Iterable[Mapping[str, object]] = described.get(function.name, {}).get(
            "triggers"
        ) or [{"template": name} for name in function.triggers]
        for trigger in triggers:
            source = trigger.get("source")
            origin = key(str(source)) if source else f"trigger:{trigger['template']}"
            via.setdefault((origin, key(function.name)), str(trigger["template"]))
    names = {key(name) for name in functions} | {name for edge in via for name in edge}
    return Graph(names=tuple(sorted(names)), via=dict(sorted(via.items())))


def _granted(report: CampaignReport) -> dict[str, list[Broad]]:
    """The over-broad grants of each function that has any."""
    names = {function.name for function in report.functions}
    described = {
        str(f["name"]): list(broad(f.get("policies") or ()))
        for f in report.application.get("functions", ())
    }
    return {name: grants for name, grants in described.items() if grants and name in names}


def _widened(
    report: CampaignReport, graph: Graph, granted: Mapping[str, list[Broad]]
) -> tuple[Graph, dict[tuple[str, str], str]]:
    """The graph with a place for what grants reach beyond it; the over-broad edges, worded.

    A grant marks the function's edges to resources of its service. Where there are none it leads
    to a box that stands for all of the service.
    """
    arns = {str(r["name"]): str(r.get("arn", "")) for r in report.application.get("resources", ())}
    via = dict(graph.via)
    marked: dict[tuple[str, str], list[Broad]] = {}
    for name, grants in granted.items():
        origin = f"function:{name}"
        for grant in grants:
            covered = [
                edge
                for edge in graph.via
                if edge[0] == origin
                and edge[1].startswith("resource:")
                and grant.service in ("*", *arns.get(label(edge[1]), "").split(":")[2:3])
            ]
            if not covered:
                whole = "everything" if grant.service == "*" else f"all of {grant.service}"
                covered = [(origin, f"resource:{whole}")]
                via.setdefault(covered[0], "policy")
            for edge in covered:
                marked.setdefault(edge, []).append(grant)
    names = {*graph.names, *(to for _, to in via)}
    worded = {edge: "; ".join(_words(grants)) for edge, grants in marked.items()}
    return Graph(names=tuple(sorted(names)), via=dict(sorted(via.items()))), worded


def _words(grants: Iterable[Broad]) -> Iterable[str]:
    return dict.fromkeys(grant.words for grant in grants)


def _nodes(
    report: CampaignReport, graph: Graph, spots: Mapping[str, tuple[int, int]]
) -> Iterable[Node]:
    kinds = {str(r["name"]): str(r["kind"]) for r in report.application.get("resources", ())}
    summaries = {function.name: function for function in report.functions}
    counts = Counter(finding.function for finding in report.findings)
    worst: dict[str, Severity] = {}
    for finding in report.findings:
        known = worst.get(finding.function, Severity.INFO)
        worst[finding.function] = min(known, finding.severity, key=lambda s: s.rank)
    for name in graph.names:
        kind, _, own = name.partition(":")
        state, detail = "", "trigger"
        if kind == "function":
            summary = summaries[own]
            found = "found" if counts[own] else "silent"
            state = found if summary.tested or counts[own] else "untested"
            detail = summary.runtime if summary.tested else f"{summary.runtime}, not tested"
        elif kind == "resource":
            detail = " ".join(kinds.get(own, "resource").split("::")[-2:])
        x, y = spots[name]
        yield Node(
            name=own,
            kind=kind,
            label=legible(own, _LABEL - 4 if counts[own] and kind == "function" else _LABEL),
            detail=legible(detail, _KIND),
            x=x,
            y=y,
            state=state,
            findings=counts[own] if kind == "function" else 0,
            worst=worst[own] if kind == "function" and own in worst else "",
        )


def _curve(route: tuple[str, ...], spots: Mapping[str, tuple[int, int]]) -> str:
    """Through the middle of every way point, level where it enters and leaves."""
    x, y = spots[route[0]]
    x, y = x + WIDTH, y + HEIGHT // 2
    path = [f"M{x} {y}"]
    for number, name in enumerate(route[1:], start=1):
        to_x, to_y = spots[name]
        to_y += HEIGHT // 2
        half = (x + to_x) // 2
        path.append(f"C{half} {y} {half} {to_y} {to_x} {to_y}")
        x, y = to_x, to_y
        if number < len(route) - 1:
            x += WIDTH
            path.append(f"H{x}")
    return " ".join(path)


def _loop(origin: tuple[int, int], to: tuple[int, int], lowest: int) -> str:
    """Under everything, from one lower edge to the other."""
    from_x, from_y = origin[0] + WIDTH * 2 // 3, origin[1] + HEIGHT
    to_x, to_y = to[0] + WIDTH // 3, to[1] + HEIGHT
    deep = lowest + 24
    return f"M{from_x} {from_y} C{from_x} {deep} {to_x} {deep} {to_x} {to_y}"
