import os

import azure.functions as func

HERE = os.path.dirname(__file__)


def main(req: func.HttpRequest) -> func.HttpResponse:
    try:
        with open(HERE + "/" + req.params.get("file", "function.json")) as file:
            return func.HttpResponse(file.read(), mimetype="text/plain")
    except OSError:
        return func.HttpResponse(status_code=404)
