"""Archives: a zip or tar file in which the value is the name of the one member."""

import io
import tarfile
import zipfile
from typing import Any

from harness.codecs.base import CodecError, as_text

_CONTENT = b"sample\n"
_TIME = (2026, 1, 1, 0, 0, 0)  # the same value gives the same bytes


class Zip:
    """PKZIP (APPNOTE.TXT), one stored member."""

    def decode(self, value: Any) -> str:
        try:
            with zipfile.ZipFile(io.BytesIO(value)) as archive:
                return archive.namelist()[0]
        except (zipfile.BadZipFile, TypeError, IndexError, ValueError) as error:
            raise CodecError(f"no zip file: {error}") from error

    def encode(self, value: Any, original: Any) -> bytes:
        buffer = io.BytesIO()
        try:
            with zipfile.ZipFile(buffer, "w") as archive:
                archive.writestr(zipfile.ZipInfo(as_text(value), _TIME), _CONTENT)
        except (ValueError, UnicodeError) as error:
            raise CodecError(f"no member can be named so: {error}") from error
        return buffer.getvalue()

    def detect(self, value: Any) -> bool:
        return isinstance(value, bytes) and value.startswith(b"PK\x03\x04")


class Tar:
    """POSIX tar (ustar and pax), one member."""

    def decode(self, value: Any) -> str:
        try:
            with tarfile.open(fileobj=io.BytesIO(value)) as archive:
                return archive.getnames()[0]
        except (tarfile.TarError, TypeError, IndexError, ValueError) as error:
            raise CodecError(f"no tar file: {error}") from error

    def encode(self, value: Any, original: Any) -> bytes:
        buffer = io.BytesIO()
        member = tarfile.TarInfo(as_text(value))
        member.size = len(_CONTENT)
        try:
            with tarfile.open(fileobj=buffer, mode="w") as archive:
                archive.addfile(member, io.BytesIO(_CONTENT))
        except (ValueError, UnicodeError) as error:
            raise CodecError(f"no member can be named so: {error}") from error
        return buffer.getvalue()

    def detect(self, value: Any) -> bool:
        return isinstance(value, bytes) and value[257:262] == b"ustar"
