import base64
import io
import tarfile
import tempfile


def unpack(text, **how):
    with tempfile.TemporaryDirectory() as folder:
        try:
            with tarfile.open(fileobj=io.BytesIO(base64.b64decode(text))) as archive:
                archive.extractall(folder, **how)
        except Exception:
            return "refused"
    return "unpacked"


def vulnerable(event, context):
    return unpack(event["bundle"], filter="fully_trusted")


def safe(event, context):
    return unpack(event["bundle"], filter="data")
