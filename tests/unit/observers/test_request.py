"""A request as moto sees it: made leanly, the same as made by werkzeug."""

import gzip

import pytest
from moto.core.request import Request as MotoRequest

from harness.observers.cloud.request import Request, environ, lean

FORM_KIND = "application/x-www-form-urlencoded"
FORM = {"content-type": f"{FORM_KIND}; charset=utf-8"}
PARTS = {"Content-Type": 'multipart/form-data; boundary="b"'}
PART = b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nvalue\r\n--b--\r\n'

REQUESTS = (
    Request(method="POST", target="/", headers={"X-Amz-Target": "A.B"}, body=b'{"a": 1}'),
    Request(method="PUT", target="/b/a%20b/%C3%A9?x=%26", headers={}, body=b"\x00\xff"),
    Request(method="PUT", target="/b//k?tagging", headers={"Host": "b.localhost:80"}, body=b""),
    Request(method="GET", target="/b/k?a=b&c", headers={"Host": "127.0.0.1:99"}, body=b""),
    Request(method="GET", target="/?list-type=2", headers={"hOsT": "exämple.org"}, body=b""),
    Request(method="GET", target="/x", headers={"Host": "bad host!/"}, body=b""),
    Request(method="POST", target="/", headers={"Content-Encoding": "gzip"}, body=b"\x1f"),
    Request(method="POST", target="/", headers=FORM, body=b"Action=Publish&Message=a%26b"),
    Request(method="POST", target="/?x=1", headers=FORM, body=b"a=&a=1&b&=c&d=%ff%zz+%2B&;=%"),
    Request(method="POST", target="/", headers=FORM, body=b"a=\xff"),
    Request(method="POST", target="/", headers={"Content-Type": FORM_KIND + "x"}, body=b"a=1"),
    Request(method="POST", target="/", headers={"Content-Type": FORM_KIND}, body=b""),
    Request(method="POST", target="/bucket", headers=PARTS, body=PART),
    Request(
        method="PUT",
        target="/b/k",
        headers={"x-amz-meta-My_Name": "v", "x-amz-meta-other": "", "Content-Type": "text/plain"},
        body=b"Action=x&key=y",
    ),
)


@pytest.mark.parametrize("request_", REQUESTS)
def test_all_that_moto_asks_of_a_request_is_as_werkzeug_would_say(request_: Request) -> None:
    made = lean(request_, "127.0.0.1:1234", "123456789012")
    plain = MotoRequest(environ(request_, "127.0.0.1:1234", "123456789012"))
    for name in ("raw_path", "raw_url", "url", "url_root", "path", "method", "content_type"):
        assert getattr(made, name) == getattr(plain, name), name
    for name in ("data", "form", "values", "query_string", "host", "base_url", "mimetype"):
        assert getattr(made, name) == getattr(plain, name), name
    assert list(made.files) == list(plain.files)
    assert list(made.headers) == list(plain.headers)
    assert dict(made.headers) == dict(plain.headers)
    assert len(made.headers) == len(plain.headers)


def test_a_body_can_be_read_as_a_stream_or_replaced_by_one() -> None:
    assert lean(REQUESTS[0], "127.0.0.1", "1").stream.read() == b'{"a": 1}'
    packed = Request(
        method="POST", target="/", headers={"Content-Encoding": "gzip"}, body=gzip.compress(b"{}")
    )
    made = lean(packed, "127.0.0.1", "1")
    made.stream = gzip.GzipFile(fileobj=made.stream)  # as moto does
    assert made.get_data(parse_form_data=True) == b"{}"


def test_a_packed_body_is_unpacked_as_far_as_a_service_would_take_it() -> None:
    def packed(body: bytes, encoding: str = "gzip") -> Request:
        headers = {"Content-encoding": encoding, "A": "b"}
        return Request(method="POST", target="/", headers=headers, body=body)

    unpacked = packed(gzip.compress(b"{}")).unpacked()
    assert (unpacked.body, dict(unpacked.headers)) == (b"{}", {"A": "b"})
    assert len(packed(gzip.compress(bytes(20_000_000))).unpacked().body) == 16 * 1024 * 1024
    for other in (packed(b"rubbish"), packed(gzip.compress(b"{}"), "aws-chunked")):
        assert other.unpacked() is other


def test_headers_are_found_however_they_are_spelt() -> None:
    headers = lean(REQUESTS[-1], "127.0.0.1", "1").headers
    assert "X-AMZ-META-MY_NAME" in headers
    assert headers["x-amz-meta-my-name"] == headers.get("X_Amz_Meta_My_Name") == "v"
    assert headers.get("none") is None
    assert headers.get("none", 3) == 3
    assert headers.get("content-length", type=int) == 14
    assert 3 not in headers
    with pytest.raises(KeyError):
        headers["none"]
