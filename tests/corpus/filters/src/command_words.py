import re
import subprocess

WORDS = re.compile(r"\b(echo|cat|curl|wget|nc|bash|sh|python|perl|rm|id)\b", re.IGNORECASE)


def run(line):
    try:
        done = subprocess.run(line, shell=isinstance(line, str), capture_output=True, text=True)
    except (OSError, ValueError):
        return ""
    return done.stdout[:300]


def vulnerable(event, context):
    tag = str(event["image"]["tag"])
    if WORDS.search(tag):
        return "refused"
    return len(run("printf '%s' " + tag))


def safe(event, context):
    tag = str(event["image"]["tag"])
    if not tag.isascii() or not tag.isalnum():
        return "refused"
    return len(run(["printf", "%s", tag]))
