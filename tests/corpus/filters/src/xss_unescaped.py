import html
import re


def page(body):
    return {"statusCode": 200, "headers": {"content-type": "text/html"}, "body": body}


def asked(event):
    return (event.get("queryStringParameters") or {}).get("q", "")


def vulnerable(event, context):
    term = asked(event).replace("<", "").replace(">", "")
    return page(f"<p>Results for {html.unescape(term)}</p>")


def safe(event, context):
    return page(f"<p>Results for {html.escape(html.unescape(asked(event)))}</p>")
