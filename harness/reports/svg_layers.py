"""Layers of a directed graph: loops set aside, longest paths, few crossings."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

_SWEEPS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Names and edges in a stable order; `via` says of each edge (origin, to) what it is."""

    names: tuple[str, ...]
    via: Mapping[tuple[str, str], str]


Edge = tuple[str, str]
Route = tuple[tuple[str, ...], bool]


def layered(graph: Graph) -> tuple[list[list[str]], dict[Edge, Route]]:
    """Columns of names, and for each edge its way points and whether it runs backwards.

    Columns also hold way points (names with a NUL, in no graph) that keep a place free for an edge
    that crosses a column.
    """
    back = _loops(graph)
    forward = [edge for edge in graph.via if edge not in back]
    ranks = _ranks(graph.names, forward)
    columns: list[list[str]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for name in graph.names:
        columns[ranks[name]].append(name)
    routes: dict[Edge, Route] = {}
    for edge in graph.via:
        if edge in back:
            routes[edge] = (edge, True)
            continue
        origin, to = edge
        between = [f"{origin}\0{to}\0{rank}" for rank in range(ranks[origin] + 1, ranks[to])]
        for rank, name in enumerate(between, start=ranks[origin] + 1):
            columns[rank].append(name)
        routes[edge] = ((origin, *between, to), False)
    _untangle(columns, [route for route, backwards in routes.values() if not backwards])
    return columns, routes


def _loops(graph: Graph) -> set[Edge]:
    """The edges that close a loop in a depth-first walk."""
    after: dict[str, list[str]] = {name: [] for name in graph.names}
    entered = set()
    for origin, to in graph.via:
        after[origin].append(to)
        if origin != to:
            entered.add(to)
    back: set[Edge] = set()
    done: set[str] = set()
    # From where nothing comes in first: what closes a loop is then the way back, to a reader.
    for start in sorted(graph.names, key=lambda name: (name in entered, name)):
        trail = [start] if start not in done else []
        while trail:
            here = trail[-1]
            step = next(
                (to for to in after[here] if to not in done and (here, to) not in back), None
            )
            if step is None:
                done.add(trail.pop())
            elif step in trail:
                back.add((here, step))
            else:
                trail.append(step)
    return back


def _ranks(names: tuple[str, ...], edges: list[Edge]) -> dict[str, int]:
    """The length of the longest path that leads to each name."""
    ranks = dict.fromkeys(names, 0)
    missing = {name: sum(to == name for _, to in edges) for name in names}
    ready = [name for name in names if not missing[name]]
    after: dict[str, list[str]] = {name: [] for name in names}
    for origin, to in edges:
        after[origin].append(to)
    while ready:
        origin = ready.pop()
        for to in after[origin]:
            ranks[to] = max(ranks[to], ranks[origin] + 1)
            missing[to] -= 1
            if not missing[to]:
                ready.append(to)
    return ranks


def _untangle(columns: list[list[str]], routes: list[tuple[str, ...]]) -> None:
    """Order every column by the mean place of its neighbours, from both sides in turn."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for route in routes:
        for left, right in pairwise(route):
            before.setdefault(right, []).append(left)
            after.setdefault(left, []).append(right)
    for sweep in range(_SWEEPS):
        rightwards = sweep % 2 == 0
        for column in columns if rightwards else reversed(columns):
            places = {
                name: row / max(len(other) - 1, 1)
                for other in columns
                for row, name in enumerate(other)
            }
            near = before if rightwards else after
            means = [
                (
                    sum(places[n] for n in near[name]) / len(near[name])
                    if name in near
                    else places[name],
                    name,
                )
                for name in column
            ]
            column[:] = [name for _, name in sorted(means)]
