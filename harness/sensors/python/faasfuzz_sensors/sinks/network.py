"""Outgoing connections, except those to the local cloud."""

import os
from urllib.parse import urlsplit

from faasfuzz_sensors.record import text

_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


def _place(host, port):
    host = text(host).lower() if host is not None else ""
    return ("localhost" if host in _LOOPBACK else host, str(port))


def _cloud_place():
    parts = urlsplit(os.environ.get("AWS_ENDPOINT_URL", ""))
    return _place(parts.hostname, parts.port) if parts.hostname else None


_CLOUD = _cloud_place()


def _is_cloud(host, port):
    return _CLOUD is not None and _place(host, port) == _CLOUD


def _connect(event, arguments):
    address = arguments[1]
    if not isinstance(address, tuple) or len(address) < 2 or _is_cloud(address[0], address[1]):
        return None
    return ("socket", event, {"host": text(address[0]), "port": address[1]})


def _opened(event, arguments):
    """Protocols whose client names where it goes: (client, host, port)."""
    host, port = arguments[1], arguments[2]
    if host is None or _is_cloud(host, port):
        return None
    return ("socket", event, {"host": text(host), "port": port})


def _resolve(event, arguments):
    host = arguments[0]
    port = arguments[1] if len(arguments) > 1 else None
    if host is None or _is_cloud(host, port):
        return None
    return ("socket", event, {"host": text(host), "port": text(port) if port else None})


def _request(event, arguments):
    url, data, headers, method = arguments
    parts = urlsplit(text(url))
    if _is_cloud(parts.hostname, parts.port):
        return None
    told = {"url": text(url), "method": text(method), "headers": text(headers)}
    told["data"] = None if data is None else text(data)
    return ("socket", event, told)


EVENTS = {
    "socket.connect": _connect,
    "socket.sendto": _connect,
    "socket.getaddrinfo": _resolve,
    "socket.gethostbyname": _resolve,
    "urllib.Request": _request,
    "http.client.connect": _opened,
    "ftplib.connect": _opened,
    "smtplib.connect": _opened,
    "imaplib.open": _opened,
    "poplib.connect": _opened,
}
