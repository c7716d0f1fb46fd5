"""The HTTP client by which everything behind an address is called."""

import ssl

import httpx

from harness import __version__
from harness.errors import UsageError
from harness.targets.http.settings import HttpSettings


def client_of(settings: HttpSettings) -> httpx.Client:
    """A client that follows nothing and keeps HTTP/2 where the server has it.

    Proxies of the environment are not asked for what is on this machine. Raises UsageError when
    the certificates of `ca` are none.
    """
    trusted: ssl.SSLContext | bool = True
    if settings.ca is not None:
        try:
            trusted = ssl.create_default_context(cafile=str(settings.ca))
        except (ssl.SSLError, OSError) as error:
            raise UsageError(
                f"[http] ca: {settings.ca} holds no certificates", mend="name a file in PEM"
            ) from error
    return httpx.Client(
        http2=settings.http2,
        verify=trusted,
        follow_redirects=False,
        trust_env=not settings.here,
        headers={"user-agent": f"faasfuzz/{__version__}"},
    )
