import os

import azure.functions as func

HERE = os.path.dirname(__file__)


def main(req: func.HttpRequest) -> func.HttpResponse:
    name = os.path.basename(req.params.get("file", "").replace("\0", "")) or "function.json"
    try:
        with open(os.path.join(HERE, name)) as file:
            return func.HttpResponse(file.read(), mimetype="text/plain")
    except OSError:
        return func.HttpResponse(status_code=404)
