import json
import os
import urllib.request

URL = os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1")
TONES = ("formal", "friendly")


def ask(messages):
    body = json.dumps({"model": "gpt-4o-mini", "messages": messages}).encode()
    headers = {"Authorization": "Bearer " + os.environ.get("OPENAI_KEY", ""), "Content-Type": "application/json"}
    try:
        request = urllib.request.Request(URL + "/chat/completions", body, headers)
        with urllib.request.urlopen(request, timeout=1) as answer:
            return json.load(answer)["choices"][0]["message"]["content"]
    except (OSError, ValueError, LookupError):
        return ""


def drafted(event, instruction):
    for record in event["Records"]:
        job = json.loads(record["Sns"]["Message"])
        instructed = instruction(str(job["tone"]))
        draft = ask([{"role": "system", "content": instructed}, {"role": "user", "content": "Thank Ada."}])
        print("drafted", len(draft), "signs")


def vulnerable(event, context):
    drafted(event, lambda tone: f"You write letters for a shop. Your tone is {tone}.")


def safe(event, context):
    drafted(event, lambda tone: f"You write letters for a shop. Be {tone if tone in TONES else 'formal'}.")
