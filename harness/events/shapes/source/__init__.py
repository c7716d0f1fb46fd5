"""What a function's own source tells of the events that it wants.

`constants` are candidates for what it compares with, and for names of fields. A language is a
module with ENDINGS and `constants_of`, and a line in `_LANGUAGES`.
"""

import re
from functools import lru_cache
from pathlib import Path

from harness.events.shapes.source import javascript, python
from harness.events.shapes.source.files import own_files, text_of

_LANGUAGES = (python, javascript)
_WORTH = re.compile(r"[\w.:/@+ -]{1,60}")
_LIMIT = 400


@lru_cache(maxsize=64)
def constants(code: Path) -> tuple[str, ...]:
    """Short constants of the source files in a code folder, in the order they stand.

    Of JavaScript and TypeScript also the properties that are read, and a text for each regular
    expression that is asked for. Files that do not parse give what can be made out of them.
    """
    found: dict[str, None] = {}
    for language in _LANGUAGES:
        for path in own_files(code, language.ENDINGS):
            for constant in language.constants_of(text_of(path), path.suffix):
                if _WORTH.fullmatch(constant):
                    found.setdefault(constant)
            if len(found) >= _LIMIT:
                break
    return tuple(found)[:_LIMIT]
