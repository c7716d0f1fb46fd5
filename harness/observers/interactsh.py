"""A client of interactsh servers: out-of-band callbacks by HTTP and DNS without one of ours.

The protocol is that of https://github.com/projectdiscovery/interactsh (pkg/client, pkg/server): a
client registers a public RSA key, a secret and a correlation id; whoever resolves or calls
`<anything>.<correlation id><nonce>.<domain>` is kept for it; a poll hands that over once, each
interaction encrypted by AES in counter mode (older servers: cipher feedback) under a key which is
itself encrypted for the public key (OAEP, SHA-256).
"""

import base64
import json
import secrets
import uuid
from typing import Any
from urllib.parse import urlsplit

import httpx
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from harness.errors import TargetError
from harness.model import Callback
from harness.observers.listener import recorded, token_in
from harness.observers.tape import Tape

_SECONDS = 10
_KEPT = 10_000
_MEMORY = 32 * 1024 * 1024
# The server's defaults; hexadecimal digits are in no canary.
_ID, _NONCE = 20, 13
_OAEP = padding.OAEP(mgf=padding.MGF1(hashes.SHA256()), algorithm=hashes.SHA256(), label=None)
_BLOCK = 16
_HTTP = 80


class Interactsh:
    """A session with the server at `url`; `token` is what it asks for, "" when nothing.

    Stands in for a Listener of our own. Callbacks come by HTTP, or by DNS alone where a function
    may resolve names and call nobody. A poll that fails is survived: `notes` tells of it.
    """

    def __init__(self, url: str, token: str = "") -> None:
        self._url = url.rstrip("/")
        self._id = secrets.token_hex(_ID)[:_ID]
        self._label = self._id + secrets.token_hex(_NONCE)[:_NONCE]
        self._secret = str(uuid.uuid4())
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        headers = {"Authorization": token} if token else {}
        self._client = httpx.Client(headers=headers, timeout=_SECONDS)
        self._tape: Tape[Callback] = Tape(
            _KEPT, budget=_MEMORY, weigh=lambda c: 200 + len(c.body) + 2 * len(str(c.headers))
        )
        self._registered = False
        self._lost = 0
        self._reason = ""

    def start(self) -> None:
        """Register. Raises TargetError when the server does not take it."""
        public = self._key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        asked = {
            "public-key": base64.b64encode(public).decode(),
            "secret-key": self._secret,
            "correlation-id": self._id,
        }
        try:
            self._told(self._client.post(f"{self._url}/register", json=asked))
        except (httpx.HTTPError, ValueError) as error:
            raise TargetError(
                f"the interactsh server at {self._url} does not register us ({_line(error)}); "
                "check interactsh and interactsh_token"
            ) from error
        self._registered = True

    def stop(self) -> None:
        """Deregister; a server that is gone forgets by itself."""
        if self._registered:
            self._registered = False
            told = {"correlation-id": self._id, "secret-key": self._secret}
            try:
                self._client.post(f"{self._url}/deregister", json=told)
            except httpx.HTTPError as error:
                self._miss(error)
        self._client.close()

    @property
    def address(self) -> str:
        """HOST:PORT that calls reach this session at."""
        host, port = self._where()
        return f"{self._label}.{host}:{port}"

    def url(self, token: str) -> str:
        """Names the token in the host, too: a function that only resolves it has told enough."""
        host, port = self._where()
        named = host if port == _HTTP else f"{host}:{port}"
        return f"http://{token}.{self._label}.{named}/{token}"

    def mark(self) -> int:
        """What the last look has seen: what came in between is told by the next one."""
        return self._tape.mark()

    def since(self, mark: int) -> tuple[Callback, ...]:
        """The callbacks after `mark`, asked for now."""
        try:
            self._poll()
        except (httpx.HTTPError, TargetError, ValueError, KeyError, TypeError) as error:
            self._miss(error)
        return self._tape.since(mark)

    def notes(self) -> tuple[str, ...]:
        """What the user should know of this session."""
        if not self._lost:
            return ()
        return (
            f"{self._lost} looks at the interactsh server failed ({self._reason}): callbacks of "
            "theirs came late or are missing",
        )

    def _where(self) -> tuple[str, int]:
        """Functions call by plain HTTP, whatever way its log is read."""
        parts = urlsplit(self._url)
        return str(parts.hostname), (parts.port or _HTTP) if parts.scheme == "http" else _HTTP

    def _poll(self) -> None:
        asked = {"id": self._id, "secret": self._secret}
        answer = self._client.get(f"{self._url}/poll", params=asked)
        if answer.status_code == httpx.codes.BAD_REQUEST:
            # It has forgotten the session, as it does after a restart.
            self._miss(ValueError(_line(answer.text)))
            self.start()
            return
        told = self._told(answer)
        items = told.get("data") or ()
        key = base64.b64decode(told["aes_key"]) if items else b""
        for item in items:
            try:
                self._tape.write(_callback(self._opened(key, base64.b64decode(item))))
            except (ValueError, KeyError, TypeError, UnsupportedAlgorithm) as error:
                self._miss(error)

    @staticmethod
    def _told(answer: httpx.Response) -> dict[str, Any]:
        """The answer's JSON object. Raises HTTPError or ValueError."""
        if answer.status_code != httpx.codes.OK:
            raise ValueError(f"{answer.status_code} {answer.text[:200]}")
        told = answer.json()
        if not isinstance(told, dict):
            raise ValueError("its answer is no object")
        return told

    def _opened(self, key: bytes, data: bytes) -> dict[str, Any]:
        """An interaction. Raises ValueError when it is not for us."""
        plain = algorithms.AES(self._key.decrypt(key, _OAEP))
        start, text = data[:_BLOCK], data[_BLOCK:]
        try:
            counter = Cipher(plain, modes.CTR(start)).decryptor()
            told = json.loads(counter.update(text) + counter.finalize())
        except ValueError:
            told = json.loads(_fed_back(plain, start, text))
        if not isinstance(told, dict):
            raise ValueError("an interaction is no object")
        return told

    def _miss(self, error: Exception) -> None:
        self._lost += 1
        self._reason = _line(error)


def _fed_back(key: algorithms.AES, start: bytes, text: bytes) -> bytes:
    """Cipher feedback over whole blocks: each block of text is the next one's start."""
    block = Cipher(key, modes.ECB()).encryptor()
    whole = start + text[: (len(text) - 1) // _BLOCK * _BLOCK]
    stream = block.update(whole) + block.finalize()
    return bytes(a ^ b for a, b in zip(stream, text, strict=False))


def _callback(told: dict[str, Any]) -> Callback:
    protocol, name = str(told["protocol"]), str(told["full-id"])
    raw, remote = str(told.get("raw-request", "")), str(told.get("remote-address", ""))
    if protocol == "http":
        return recorded(raw.encode(), remote)
    return Callback(
        token=token_in(f"{name} {raw}".encode()),
        protocol=protocol,
        method=str(told.get("q-type", "")),
        path=name,
        body=raw[:4096],
        remote=remote,
    )


def _line(error: object) -> str:
    return " ".join(str(error).split())[:200]
