import io
import os
import tempfile
import zipfile
from urllib.parse import unquote_plus

import boto3

s3 = boto3.client("s3")


def entries(event):
    for record in event["Records"]:
        try:
            body = s3.get_object(
                Bucket=record["s3"]["bucket"]["name"],
                Key=unquote_plus(record["s3"]["object"]["key"]),
            )["Body"].read()
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                for name in archive.namelist():
                    yield name, archive.read(name)
        except Exception:
            return


def store(path, body):
    try:
        with open(path, "wb") as file:
            file.write(body)
        os.remove(path)
    except (OSError, ValueError):
        print("not stored")


def vulnerable(event, context):
    for name, body in entries(event):
        store(tempfile.gettempdir() + "/" + name, body)


def safe(event, context):
    folder = os.path.realpath(tempfile.gettempdir())
    for name, body in entries(event):
        path = os.path.realpath(os.path.join(folder, name.replace("\0", "")))
        if path.startswith(folder + os.sep):
            store(path, body)
