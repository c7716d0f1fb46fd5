"""Decoders of the standard library, wrapped once and thinly.

Outside of a learning invocation a wrapper only looks at a flag. Inside one it notes that a value of
the event was decoded, and gives the result on as a recording value of its own.
"""

import base64
import binascii
import functools
import gzip
import json
import re
import urllib.parse
import zlib

from faasfuzz_sensors import origin
from faasfuzz_sensors.importing import after_import
from faasfuzz_sensors.origin import address_of, escape, note, register
from faasfuzz_sensors.recording import RecordingStr, wrap


def _given(args, kwargs):
    """What a decoder is asked to decode: its first argument, whatever its name."""
    if args:
        return args[0]
    return next(iter(kwargs.values()), None)


def decoded(codec, original, noted=True):
    """A decoder whose results are followed; `noted` unless what it takes is more than the codec."""

    @functools.wraps(original)
    def decode(*args, **kwargs):
        if not origin.ON or origin.INSIDE:  # one decoder may be written with another
            return original(*args, **kwargs)
        address = address_of(_given(args, kwargs))
        if address is not None:
            if noted:
                note(address, "decode", codec)
            if args and isinstance(args[0], RecordingStr):
                args = (str.__str__(args[0]),) + args[1:]
        origin.INSIDE = True
        try:
            result = original(*args, **kwargs)
        finally:
            origin.INSIDE = False
        return result if address is None else followed(result, address + "!" + codec)

    return decode


def followed(result, inside):
    """A decoded value that is recognised from here on."""
    if not isinstance(result, bytes):
        return wrap(result, inside)
    register(result, inside)
    try:
        register(result.decode("utf-8"), inside)
    except UnicodeDecodeError:
        pass  # binary: it is recognised as bytes only
    return result


def _json_load(original):
    @functools.wraps(original)
    def load(*args, **kwargs):
        if origin.ON and args:
            return json.loads(args[0].read(), *args[1:], **kwargs)
        return original(*args, **kwargs)

    return load


def _query(original):
    @functools.wraps(original)
    def parse(*args, **kwargs):
        result = original(*args, **kwargs)
        address = address_of(_given(args, kwargs)) if origin.ON else None
        if address is None:
            return result
        note(address, "decode", "form")
        inside = address + "!form"
        if isinstance(result, list):
            return [(key, wrap(text, inside + "/" + escape(key))) for key, text in result]
        return _Fields(
            {k: [wrap(text, inside + "/" + escape(k)) for text in v] for k, v in result.items()},
            inside,
        )

    return parse


class _Fields(dict):
    """What parse_qs gives: lists by name, where a missing name is a missing field."""

    def __init__(self, value, address):
        super().__init__(value)
        self._faasfuzz_address = address

    def _read(self, key):
        kind = "present" if dict.__contains__(self, key) else "missing"
        note(self._faasfuzz_address + "/" + escape(str(key)), kind)

    def __getitem__(self, key):
        self._read(key)
        return dict.__getitem__(self, key)

    def get(self, key, default=None):
        self._read(key)
        return dict.get(self, key, default)

    def __contains__(self, key):
        self._read(key)
        return dict.__contains__(self, key)


_AROUND = {"match": "\\A(?:%s)", "fullmatch": "\\A(?:%s)\\Z", "search": "%s"}
_OWN_FLAGS = re.compile(r"\(\?[a-zA-Z]+\)")
_FLAGS = ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s"), (re.VERBOSE, "x"))


def asked_for(method, pattern, flags=0):
    """The pattern that finds what a method of `re` asks for: how much of a text must match."""
    flags = getattr(pattern, "flags", flags)
    pattern = getattr(pattern, "pattern", pattern)
    if not isinstance(pattern, str):
        return pattern
    letters = "".join(letter for flag, letter in _FLAGS if flags & flag)
    if _OWN_FLAGS.match(pattern):
        return pattern  # flags of its own come first, and stand nowhere else
    whole = _AROUND[method] % (pattern + "\n" if flags & re.VERBOSE else pattern)
    return "(?%s:%s)" % (letters, whole) if letters else whole


def _matched(original):
    @functools.wraps(original)
    def match(*args, **kwargs):
        if origin.ON and len(args) > 1:
            address = address_of(args[1])
            if address is not None:
                flags = args[2] if len(args) > 2 else kwargs.get("flags", 0)
                note(address, "matches", asked_for(original.__name__, args[0], flags))
        return original(*args, **kwargs)

    return match


def _cookies():
    """http.cookies reads a header into names: which are asked for is what a handler reads."""
    from http.cookies import BaseCookie

    original = BaseCookie.load

    @functools.wraps(original)
    def load(self, rawdata):
        before = set(dict.keys(self))
        result = original(self, rawdata)
        address = address_of(rawdata) if origin.ON and isinstance(rawdata, str) else None
        if address is not None:
            note(address, "decode", "cookie")
            inside = address + "!cookie/"
            places = self.__dict__.setdefault("_faasfuzz_places", {None: inside})
            for name in set(dict.keys(self)) - before:  # a jar may be loaded from several headers
                places[name] = inside
                register(dict.__getitem__(self, name).value, inside + escape(name))
        return result

    def noted(method):
        inherited = getattr(dict, method)

        def reader(self, key, *default):
            places = self.__dict__.get("_faasfuzz_places")
            if places is not None and isinstance(key, str):
                kind = "present" if dict.__contains__(self, key) else "missing"
                note(places.get(key, places[None]) + escape(key), kind)
            return inherited(self, key, *default)

        return reader

    BaseCookie.load = load
    for method in ("__contains__", "__getitem__", "get"):
        setattr(BaseCookie, method, noted(method))


def _typed(module):
    """boto3's TypeDeserializer: a mapping of DynamoDB's, in plain values."""
    original = module.TypeDeserializer.deserialize

    @functools.wraps(original)
    def deserialize(self, value):
        address = getattr(value, "_faasfuzz_address", None) if origin.ON else None
        result = original(self, value)  # which comes back here for what is inside
        if address is None:
            return result
        note(address, "decode", "dynamodb")
        return wrap(result, address + "!dynamodb")

    module.TypeDeserializer.deserialize = deserialize


def _header(module):
    """email.header: encoded words (RFC 2047)."""
    original = module.decode_header

    @functools.wraps(original)
    def decode_header(header):
        result = original(header)
        address = address_of(header) if origin.ON and isinstance(header, str) else None
        if address is not None:
            note(address, "decode", "encoded-word")
            for part, _ in result:
                if isinstance(part, bytes):
                    followed(part, address + "!encoded-word")
        return result

    module.decode_header = decode_header


_installed = False


def install():
    """Wrap the decoders. Before the handler's module is imported, so that `from json import loads`
    gets the wrapper too."""
    global _installed
    if _installed:
        return
    _installed = True
    json.loads = decoded("json", json.loads)
    json.load = _json_load(json.load)
    base64.b64decode = decoded("base64", base64.b64decode)
    base64.standard_b64decode = decoded("base64", base64.standard_b64decode)
    base64.urlsafe_b64decode = decoded("base64url", base64.urlsafe_b64decode)
    binascii.a2b_base64 = decoded("base64", binascii.a2b_base64)
    binascii.unhexlify = decoded("hex", binascii.unhexlify)
    gzip.decompress = decoded("gzip", gzip.decompress)
    zlib.decompress = decoded("zlib", zlib.decompress)
    urllib.parse.unquote_plus = decoded("url", urllib.parse.unquote_plus)
    urllib.parse.unquote = decoded("percent", urllib.parse.unquote)
    urllib.parse.parse_qs = _query(urllib.parse.parse_qs)
    urllib.parse.parse_qsl = _query(urllib.parse.parse_qsl)
    _cookies()
    after_import("boto3.dynamodb.types".__eq__, _typed)
    after_import("email.header".__eq__, _header)
    for name in ("match", "fullmatch", "search"):
        setattr(re, name, _matched(getattr(re, name)))
