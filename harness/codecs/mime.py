"""Mail: an RFC 5322 message and its structure, and words in its headers (RFC 2047)."""

import re
from base64 import b64encode
from email import message_from_bytes, policy
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage
from functools import lru_cache
from typing import Any

from harness.codecs.base import CodecError, as_bytes, as_text

_WORD = re.compile(r"=\?[\w-]+\?[bBqQ]\?[^?]*\?=")
_LINE_BREAK = re.compile(r"[\r\n\0]")


class Mime:
    """`{"headers": {name: text}, "text": body, "attachments": [{filename, content_type, text}]}`.

    Encoding writes a multipart message as a mail client would: RFC 2047 words in headers, RFC 2231
    file names. A header or file name with a line break or NUL never arrives, so it is refused.
    """

    def decode(self, value: Any) -> dict[str, Any]:
        return _parsed(as_bytes(value))

    def encode(self, value: Any, original: Any) -> str:
        if not isinstance(value, dict):
            raise CodecError("a mail is a mapping of headers, text and attachments")
        message = EmailMessage(policy=policy.default.clone(max_line_length=998))
        try:
            for name, text in value.get("headers", {}).items():
                message[name] = _one_line(text)
            message.set_content(_body(value.get("text", "")))
            for part in value.get("attachments", ()):
                main, _, sub = str(part.get("content_type", "text/plain")).partition("/")
                message.add_attachment(
                    as_bytes(part.get("text", "")),
                    maintype=main,
                    subtype=sub or "plain",
                    filename=_one_line(part.get("filename", "")),
                )
            return message.as_string()
        except (MessageError, HeaderParseError, ValueError, LookupError, IndexError) as error:
            raise CodecError(f"no mail can hold it: {error}") from error

    def detect(self, value: Any) -> bool:
        return isinstance(value, str) and re.match(r"[A-Za-z-]+: .*\r?\n", value) is not None


class EncodedWord:
    """A header's text as an encoded word (RFC 2047).

    A single one, though the RFC wants several where it is longer than 75 characters: servers pass
    a header on as it is, and home-made decoders leave spaces between words.
    """

    def decode(self, value: Any) -> str:
        text = as_text(value)
        if not self.detect(text):
            raise CodecError("no encoded word")
        try:
            return str(make_header(decode_header(text)))
        except (HeaderParseError, LookupError, ValueError) as error:
            raise CodecError(f"no encoded words: {error}") from error

    def encode(self, value: Any, original: Any) -> str:
        return f"=?utf-8?b?{b64encode(as_bytes(value)).decode()}?="

    def detect(self, value: Any) -> bool:
        return isinstance(value, str) and _WORD.search(value) is not None


def _one_line(text: Any) -> str:
    written = str(text)
    if _LINE_BREAK.search(written):
        raise CodecError("a header holds no line break")
    return written


def _body(text: Any) -> str:
    written = str(text)
    if "\r" in written or "\0" in written:
        raise CodecError("a mail's text holds lines, not single carriage returns or NUL")
    return written


def _content(part: Any) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)


# A campaign decodes the same benign mail for each of its trials, and parsing costs milliseconds.
@lru_cache(maxsize=64)
def _parsed(data: bytes) -> dict[str, Any]:
    """The structure of a mail; shared, so it must not be changed in place."""
    message = message_from_bytes(data, policy=policy.default)
    if not message.keys():
        raise CodecError("a mail has headers")
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain", "html"))
    return {
        "headers": {
            name: str(text)
            for name, text in message.items()
            if name.lower() not in ("content-type", "mime-version", "content-transfer-encoding")
        },
        "text": body.get_content().removesuffix("\n") if body is not None else "",
        "attachments": [
            {
                "filename": part.get_filename() or "",
                "content_type": part.get_content_type(),
                "text": _content(part),
            }
            for part in message.iter_attachments()
        ],
    }
