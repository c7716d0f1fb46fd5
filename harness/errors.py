"""The errors faasfuzz raises on purpose.

    FaasfuzzError
    +-- UsageError     the call, the configuration or a file is wrong: exit code 2
    +-- TargetError    a target could not be started or reached: untested, exit code 3

What the function under test does (raise, hang, crash, flood, lie) is data in an Outcome, never one
of these. Anything else that escapes is a bug of ours and shows its traceback.
"""

from pathlib import Path


class FaasfuzzError(Exception):
    """The root, so that callers of the package can catch all of ours at once."""


class UsageError(FaasfuzzError):
    """Something the user gave is wrong.

    The text is one line: what is wrong, where (`file:line` when known), and how to mend it.
    """

    def __init__(
        self, what: str, *, path: Path | str | None = None, line: int | None = None, mend: str = ""
    ) -> None:
        where = "" if path is None else f"{path}:{line}: " if line else f"{path}: "
        text = f"{where}{what}" + (f"; {mend}" if mend else "")
        super().__init__(" ".join(text.split()))


class TargetError(FaasfuzzError):
    """A target could not be started or reached; the text says why and how to mend it."""
