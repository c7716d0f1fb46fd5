"""Tickets that come in by a gateway for mail: the subject is a header of the request."""

from email.errors import HeaderParseError
from email.header import decode_header


def subject(event):
    given = event["headers"].get("x-mail-subject", "")
    try:
        parts = [
            text.decode(charset or "ascii", "replace") if isinstance(text, bytes) else text
            for text, charset in decode_header(given[:998])
        ]
    except (HeaderParseError, LookupError):
        return given
    return "".join(parts)


def vulnerable(event, context):
    print(f"ACCEPTED subject={subject(event)}")
    return {"statusCode": 204}


def safe(event, context):
    print(f"ACCEPTED subject={subject(event)!r}")
    return {"statusCode": 204}
