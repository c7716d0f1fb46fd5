"""Reading properties whose shape the template's author got wrong: they count as not there.

Whether a template is valid is for `sam validate` and cfn-lint to say; discovery has to survive it.
"""

from collections.abc import Mapping
from typing import Any


def mapping(value: Any) -> Mapping[str, Any]:
    """A mapping; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def mappings(value: Any) -> tuple[Mapping[str, Any], ...]:
    """The mappings in a list; a mapping alone is a list of one."""
    found = value if isinstance(value, list) else [value]
    return tuple(item for item in found if isinstance(item, dict))


def texts(value: Any) -> tuple[str, ...]:
    """The scalars in a list, as text; a scalar alone is a list of one."""
    found = value if isinstance(value, list) else [value]
    return tuple(str(item) for item in found if isinstance(item, str | int | float))
