import enum
import json
import re
import subprocess

LINES = re.compile(r"\d{2,3}")


class Kind(enum.Enum):
    LETTER = "letter"
    REMINDER = "reminder"


def letters(record):
    job = json.loads(record["body"])
    if not isinstance(job, dict) or job.get("version") not in (2, 3):
        raise ValueError("version")
    found = job.get("letters")
    if not isinstance(found, list) or len(found) > 10:
        raise ValueError("letters")
    Kind(job.get("kind"))
    return [page(item) for item in found]


def page(item):
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        raise ValueError("letter")
    layout = item.get("layout") or {}
    return item["text"][:200], str(layout.get("lines", "66"))


def printed(event, check):
    for record in event["Records"]:
        try:
            for text, lines in letters(record):
                if not check(lines):
                    raise ValueError("lines")
                command = f"head -n {lines} >/dev/null"
                subprocess.run(command, shell=True, input=text, text=True, check=False)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            print("refused", type(error).__name__)


def vulnerable(event, context):
    printed(event, LINES.match)


def safe(event, context):
    printed(event, LINES.fullmatch)
