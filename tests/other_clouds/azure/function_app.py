import json
import subprocess

import azure.functions as func
from stored import blueprint

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
app.register_functions(blueprint)


@app.route(route="greet/{name}", methods=["POST"])
def greet(req: func.HttpRequest) -> func.HttpResponse:
    page = "<h1>Hello {}</h1>".format(req.get_json().get("title", ""))
    return func.HttpResponse(page, mimetype="text/html")


@app.route(route="safe/{name}", methods=["POST"])
def safe_greet(req: func.HttpRequest) -> func.HttpResponse:
    try:
        title = req.get_json()["title"]
    except (ValueError, KeyError, TypeError):
        return func.HttpResponse(status_code=400)
    return func.HttpResponse(json.dumps({"hello": title}), mimetype="application/json")


@app.queue_trigger(arg_name="msg", queue_name="labels", connection="Storage")
def label(msg: func.QueueMessage) -> None:
    subprocess.run("true " + json.loads(msg.get_body())["label"], shell=True)


@app.queue_trigger(arg_name="msg", queue_name="safe-labels", connection="Storage")
def safe_label(msg: func.QueueMessage) -> None:
    text = str(json.loads(msg.get_body())["label"])
    subprocess.run(["true", "--", text.replace("\0", "")], check=False)
