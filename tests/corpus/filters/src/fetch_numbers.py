import json
import re
import urllib.request


def fetch(url):
    try:
        urllib.request.urlopen(url, timeout=1).close()
    except Exception:
        print("not reached")


def urls(event):
    for record in event["Records"]:
        yield str(json.loads(record["Sns"]["Message"])["hook"])


def vulnerable(event, context):
    for url in urls(event):
        if not re.search(r"localhost|127\.0\.0\.1|169\.254|metadata|\.internal", url):
            fetch(url)


def safe(event, context):
    for url in urls(event):
        if re.fullmatch(r"https://hooks\.example\.com/[a-z0-9-]{1,40}", url):
            fetch(url)
