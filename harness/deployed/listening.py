"""Where what is deployed calls back to: a listener of the user's that it reaches, and its log.

`faasfuzz listen` is one, an interactsh server another; its log is read from here after each call.
"""

from typing import Self

from pydantic import Field, model_validator

from harness.catalogue.loading import Strict

SECRET = frozenset({"listener_key", "interactsh_token"})
_URL = r"^https?://[^\s/@]+$"


class Listening(Strict):
    """`listener` is the address that functions call, `listener_log` where its log is read with
    `listener_key`. Or `interactsh` is the address of a server of that name, which functions reach
    by its domain, and `interactsh_token` what it asks for.
    """

    listener: str | None = Field(None, pattern=_URL)
    listener_log: str | None = Field(None, pattern=_URL)
    listener_key: str | None = Field(None, min_length=8)
    interactsh: str | None = Field(None, pattern=_URL)
    interactsh_token: str | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        given = {self.listener is None, self.listener_log is None, self.listener_key is None}
        if len(given) > 1:
            raise ValueError("listener, listener_log and listener_key go together")
        if self.listener is not None and self.interactsh is not None:
            raise ValueError("name a listener or an interactsh server, not both")
        if self.interactsh is None and self.interactsh_token is not None:
            raise ValueError("interactsh_token goes with interactsh")
        return self

    @property
    def listens(self) -> bool:
        """Whether callbacks are seen."""
        return self.listener is not None or self.interactsh is not None
