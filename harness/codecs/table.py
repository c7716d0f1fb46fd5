"""Tables as text: rows whose fields are named by the first line (RFC 4180)."""

import csv
import io
from typing import Any

from harness.codecs.base import CodecError, as_text

_FIELDS = 2  # of one field a row any text of two lines would be a table


class Csv:
    """Comma-separated values with a header: a list of mappings, one a row.

    A field behind the last name of the header is called by its position. A line break is `\\n`, as
    most writers have it, where the carrier was not seen to have another.
    """

    def decode(self, value: Any) -> list[dict[str, str]]:
        text = as_text(value)
        try:
            rows = list(csv.reader(io.StringIO(text, newline="")))
        except csv.Error as error:
            raise CodecError(f"no table: {error}") from error
        if len(rows) < 2:
            raise CodecError("no table: it has no line below its header")
        names, *rest = rows
        return [
            {names[i] if i < len(names) else str(i): field for i, field in enumerate(row)}
            for row in rest
        ]

    def encode(self, value: Any, original: Any) -> str:
        if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
            raise CodecError("a table is a list of mappings")
        names = list(dict.fromkeys(str(name) for row in value for name in row))
        text = io.StringIO(newline="")
        breaks = "\r\n" if isinstance(original, str) and "\r\n" in original else "\n"
        writer = csv.writer(text, lineterminator=breaks)
        writer.writerow(names)
        for row in value:
            fields = {str(name): field for name, field in row.items()}
            try:
                writer.writerow([as_text(fields.get(name, "")) for name in names])
            except csv.Error as error:
                raise CodecError(f"a table cannot hold it: {error}") from error
        return text.getvalue()

    def detect(self, value: Any) -> bool:
        if not isinstance(value, str) or "\n" not in value.strip():
            return False
        try:
            rows = list(csv.reader(io.StringIO(value, newline="")))
        except csv.Error:
            return False
        names = rows[0]
        sizes = {len(row) for row in rows}
        named = all(name.strip() and name.isprintable() for name in names)
        return sizes == {len(names)} and len(names) >= _FIELDS and named
