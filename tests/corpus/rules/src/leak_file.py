import os
import tempfile

PATH = os.path.join(tempfile.gettempdir(), "notes.txt")


def vulnerable(event, context):
    with open(PATH, "a", encoding="utf-8", errors="replace") as file:
        file.write(str(event["note"])[:200] + "\n")
    with open(PATH, encoding="utf-8") as file:
        return {"notes": file.read()[-600:]}


def safe(event, context):
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as file:
        file.write(str(event["note"])[:200] + "\n")
        file.seek(0)
        return {"notes": file.read()[-600:]}
