import html
import json


def page(body):
    return {
        "statusCode": 200,
        "multiValueHeaders": {"content-type": ["text/html; charset=utf-8"]},
        "body": body,
    }


def vulnerable(event, context):
    query = event.get("queryStringParameters") or {}
    term = html.escape(query.get("term", ""), quote=False)
    return page(f'<input name="term" value="{term}"><script>var seen = {json.dumps(1)};</script>')


def safe(event, context):
    query = event.get("queryStringParameters") or {}
    term = query.get("term", "")
    shown = json.dumps(term).replace("<", "\\u003c")
    return page(f'<input name="term" value="{html.escape(term)}"><script>var seen = {shown};</script>')
