import html


def page(body):
    return {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": body}


def vulnerable(event, context):
    name = (event.get("queryStringParameters") or {}).get("name", "you")
    return page(f"<html><body><p>Hello {name}</p></body></html>")


def safe(event, context):
    name = (event.get("queryStringParameters") or {}).get("name", "you")
    return page(f"<html><body><p>Hello {html.escape(name)}</p></body></html>")
