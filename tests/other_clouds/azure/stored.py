import subprocess

import azure.functions as func

blueprint = func.Blueprint()


@blueprint.blob_trigger(arg_name="blob", path="uploads/{name}", connection="Storage")
def convert(blob: func.InputStream) -> None:
    subprocess.run(f"true {blob.name}", shell=True)


@blueprint.blob_trigger(arg_name="blob", path="safe/{name}", connection="Storage")
def safe_convert(blob: func.InputStream) -> None:
    subprocess.run(["true", "--", blob.name], check=False)
