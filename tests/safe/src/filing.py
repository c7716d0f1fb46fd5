import hashlib
import io
import os
import tempfile
import zipfile
from pathlib import Path

from adapters import direct, http, query, queue, upload

FOLDER = Path(__file__).parent / "texts"


def content(path):
    try:
        return path.read_text(encoding="utf-8")[:200]
    except (OSError, ValueError):
        return ""


def base_name(value):
    return content(FOLDER / (os.path.basename(str(value).replace("\0", "")) or "none"))


def resolved(value):
    path = (FOLDER / str(value).replace("\0", "")[:300]).resolve()
    return content(path) if path.is_relative_to(FOLDER.resolve()) else ""


def listed(value):
    known = {path.name: path for path in FOLDER.iterdir()}
    return content(known[value]) if isinstance(value, str) and value in known else ""


def named_by_digest(value):
    name = hashlib.sha256(str(value).encode("utf-8", "replace")).hexdigest()
    path = Path(tempfile.gettempdir()) / name
    path.write_text("seen", encoding="utf-8")
    path.unlink()
    return name[:8]


def temporary(value):
    with tempfile.NamedTemporaryFile() as file:
        file.write(str(value).encode("utf-8", "replace"))
        file.seek(0)
        return len(file.read())


def packed(value):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("value.txt", str(value).encode("utf-8", "replace"))
    return len(zipfile.ZipFile(buffer).read("value.txt"))


base_name_http, base_name_query, base_name_upload = (
    http(base_name),
    query(base_name),
    upload(base_name),
)
resolved_http, resolved_direct, resolved_query = http(resolved), direct(resolved), query(resolved)
listed_query, listed_http = query(listed), http(listed)
named_by_digest_upload, named_by_digest_http = upload(named_by_digest), http(named_by_digest)
temporary_queue, temporary_direct = queue(temporary), direct(temporary)
packed_http, packed_queue = http(packed), queue(packed)
