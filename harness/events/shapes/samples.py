"""A text that a regular expression matches: the shortest and plainest there is."""

import re
from functools import lru_cache
from random import Random

_ANCHORED = re.compile(r"[\^$]|\\[AbBZz]|\(\?[=!<]")


@lru_cache(maxsize=512)
def matching(pattern: str, shortest: int = 0, longest: int | None = None) -> str | None:
    """A text in which the pattern (of Python's `re`) is found, the same one each time.

    `shortest` and `longest` count characters. None when the pattern is not understood, or no text
    of such a length was found.
    """
    # The coordinator reads source, and seldom a pattern in it: Hypothesis is slow to load.
    from hypothesis import HealthCheck, Phase, find, settings
    from hypothesis import strategies as st
    from hypothesis.errors import HypothesisException

    plain = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
    try:
        wanted = re.compile(pattern)
        # Without anchors all of the text is to match: nothing else belongs into it.
        texts = st.from_regex(wanted, fullmatch=not _ANCHORED.search(pattern), alphabet=plain)
        return find(
            texts,
            lambda text: (
                text.isprintable()  # `$` lets a line end stand after all of it
                and shortest <= len(text)
                and (longest is None or len(text) <= longest)
            ),
            settings=settings(
                database=None,
                max_examples=200,
                deadline=None,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            ),
            random=Random(0),
        )
    except (re.error, HypothesisException, RecursionError, OverflowError):
        return None
