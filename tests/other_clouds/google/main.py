import base64
import json
import subprocess

import functions_framework
from markupsafe import escape


@functions_framework.http
def greet(request):
    return "<h1>Hello {}</h1>".format(request.args.get("name", ""))


@functions_framework.http
def safe_greet(request):
    return "<h1>Hello {}</h1>".format(escape(request.args.get("name", "")))


@functions_framework.cloud_event
def label(event):
    order = json.loads(base64.b64decode(event.data["message"]["data"]))
    subprocess.run("true " + order["label"], shell=True)


@functions_framework.cloud_event
def safe_label(event):
    order = json.loads(base64.b64decode(event.data["message"]["data"]))
    subprocess.run(["true", "--", str(order["label"]).replace("\0", "")], check=False)


def stored(data, context):
    subprocess.run(f"true {data['bucket']}/{data['name']}", shell=True)


def safe_stored(data, context):
    subprocess.run(["true", "--", data["name"]], check=False)
