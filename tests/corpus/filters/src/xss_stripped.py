import html
import re


def page(body):
    return {"statusCode": 200, "headers": {"content-type": "text/html"}, "body": body}


def asked(event):
    return (event.get("queryStringParameters") or {}).get("q", "")


def vulnerable(event, context):
    term = re.sub(r"<[^>]*>", "", asked(event))
    return page(f"<p>Results for {term}</p><hr>")


def safe(event, context):
    return page(f"<p>Results for {html.escape(asked(event))}</p><hr>")
