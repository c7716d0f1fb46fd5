"""Outgoing connections, except those to the local cloud."""

import os
from urllib.parse import urlsplit

from faasfuzz_sensors.record import text

_cloud = urlsplit(os.environ.get("AWS_ENDPOINT_URL", "")).netloc


def _is_cloud(host, port):
    return bool(_cloud) and "%s:%s" % (host, port) == _cloud


def _connect(event, arguments):
    address = arguments[1]
    if not isinstance(address, tuple) or len(address) < 2 or _is_cloud(address[0], address[1]):
        return None
    return ("socket", event, {"host": text(address[0]), "port": address[1]})


def _resolve(event, arguments):
    host = arguments[0]
    port = arguments[1] if len(arguments) > 1 else None
    if host is None or _is_cloud(text(host), port):
        return None
    return ("socket", event, {"host": text(host), "port": text(port) if port else None})


def _request(event, arguments):
    url = text(arguments[0])
    if _cloud and urlsplit(url).netloc == _cloud:
        return None
    return ("socket", event, {"url": url})


EVENTS = {
    "socket.connect": _connect,
    "socket.sendto": _connect,
    "socket.getaddrinfo": _resolve,
    "socket.gethostbyname": _resolve,
    "urllib.Request": _request,
}
