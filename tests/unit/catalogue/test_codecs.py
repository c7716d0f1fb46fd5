"""Encodings of streaming services, against what their documentation shows."""

import base64

import pytest

from harness.codecs import CODECS, CodecError

# One user record "hello" under partition key "pk", written field by field from the format's page.
AGGREGATED = (
    b"\xf3\x89\x9a\xc2" + b"\x0a\x02pk" + b"\x1a\x09" + b"\x08\x00" + b"\x1a\x05hello" + b"0" * 16
)


def test_a_header_of_kafka_is_a_list_of_signed_bytes() -> None:
    assert CODECS["byte-list"].decode([104, 101, 97, 100, 101, 114]) == "header"
    assert CODECS["byte-list"].encode("é", None) == [-61, -87]
    assert CODECS["byte-list"].decode([-61, -87]) == "é"
    assert CODECS["byte-list"].decode([195, 169]) == "é"


@pytest.mark.parametrize("value", ["text", [1.5], [True], None, ["a"]])
def test_what_is_no_list_of_bytes_is_refused(value: object) -> None:
    with pytest.raises(CodecError):
        CODECS["byte-list"].decode(value)


def test_an_aggregated_record_is_read_and_written() -> None:
    assert CODECS["kpl"].decode(AGGREGATED) == "hello"
    long = "Zoë" * 1000
    assert CODECS["kpl"].decode(CODECS["kpl"].encode(long, None)) == long


@pytest.mark.parametrize(
    "value",
    [b"", b"plain", AGGREGATED[:20], AGGREGATED[:8] + b"\xff" * 30, base64.b64encode(AGGREGATED)],
)
def test_what_is_no_aggregated_record_is_refused(value: bytes) -> None:
    with pytest.raises(CodecError):
        CODECS["kpl"].decode(value)


def test_a_path_keeps_its_slashes_and_its_plus() -> None:
    assert CODECS["path"].encode("/a b+c/../é?", None) == "/a%20b%2Bc/../%C3%A9%3F"
    assert CODECS["path"].decode("/a%20b+c") == "/a b+c"


def test_a_table_is_rows_by_the_names_of_its_header() -> None:
    table = CODECS["csv"]
    text = 'name,note\r\nAda,"a, b"\r\nZoë,"two\nlines",behind\r\n'
    rows = [{"name": "Ada", "note": "a, b"}, {"name": "Zoë", "note": "two\nlines", "2": "behind"}]
    assert table.decode(text) == rows
    assert table.decode(table.encode(rows, text)) == [{**rows[0], "2": ""}, rows[1]]
    assert table.encode([{"a": 1}, {"b": "x"}], None) == "a,b\n1,\n,x\n"
    assert table.encode([{"a": "1"}], text) == "a\r\n1\r\n"
    assert table.decode(table.encode([{}], None)) == [{}]


@pytest.mark.parametrize("value", ["", "a,b", None, ["a"]])
def test_what_has_no_line_below_a_header_is_no_table(value: object) -> None:
    with pytest.raises(CodecError):
        CODECS["csv"].decode(value)


@pytest.mark.parametrize("value", ["text", {}, [1], [{"a": []}]])
def test_what_is_no_table_is_not_written_as_one(value: object) -> None:
    with pytest.raises(CodecError):
        CODECS["csv"].encode(value, None)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("mail,name\na@example.com,Ada\n", True),
        ("A letter, with commas.\nAnd a second line.\n", False),
        ("one\ntwo\n", False),
        ("mail,name\n", False),
        (b"a,b\n1,2\n", False),
    ],
)
def test_a_table_is_told_from_other_texts(value: object, found: bool) -> None:
    assert CODECS["csv"].detect(value) is found


def test_an_encoded_word_says_any_text() -> None:
    text = "Ääkkönen " * 20 + "\r\n: ="
    words = CODECS["encoded-word"].encode(text, None)
    assert words.isascii()
    assert words.isprintable()
    assert CODECS["encoded-word"].decode(words) == text
    assert CODECS["encoded-word"].decode("Re: =?iso-8859-1?q?na=EFve?= x") == "Re: naïve x"
    for plain in ("a subject", "=?none-such?b?YQ==?=", 5):
        with pytest.raises(CodecError):
            CODECS["encoded-word"].decode(plain)
