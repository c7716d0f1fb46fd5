import html
import unicodedata


def page(term):
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "text/html; charset=utf-8"},
        "body": f"<h1>{term}</h1>",
    }


def asked(event):
    return (event.get("queryStringParameters") or {}).get("term", "")


def vulnerable(event, context):
    return page(unicodedata.normalize("NFKC", html.escape(asked(event))))


def safe(event, context):
    return page(html.escape(unicodedata.normalize("NFKC", asked(event))))
