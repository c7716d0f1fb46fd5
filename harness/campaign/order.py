"""In which order functions have their turns."""

from collections.abc import Iterable, Mapping

from harness.model import AttackerControl, EventTemplate, Function

_RANK = {control: rank for rank, control in enumerate(AttackerControl)}


def by_control(
    functions: Iterable[Function], templates: Mapping[str, EventTemplate]
) -> list[Function]:
    """The functions that most people can reach first; else in the application's order."""
    return sorted(functions, key=lambda function: _reach(function, templates))


def _reach(function: Function, templates: Mapping[str, EventTemplate]) -> int:
    """How hard it is to get at the function's events: the easiest point of any trigger counts."""
    points = (
        point
        for trigger in function.triggers
        if trigger.template in templates
        for point in templates[trigger.template].points
    )
    return min((_RANK[point.control] for point in points), default=len(_RANK))
