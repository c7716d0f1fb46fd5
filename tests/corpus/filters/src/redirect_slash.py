def target(event):
    return (event.get("queryStringParameters") or {}).get("to", "/")


def away(where):
    return {"statusCode": 302, "headers": {"Location": where}}


def clean(where):
    return "".join(sign for sign in where if sign.isprintable())


def vulnerable(event, context):
    where = clean(target(event))
    return away(where if where.startswith("/") and not where.startswith("//") else "/")


def safe(event, context):
    where = clean(target(event)).replace("\\", "/")
    return away("/" + where.lstrip("/"))
