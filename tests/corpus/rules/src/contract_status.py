def vulnerable(event, context):
    code = (event.get("queryStringParameters") or {}).get("code", "200")
    return {"statusCode": code, "body": "ok"}


def safe(event, context):
    code = (event.get("queryStringParameters") or {}).get("code", "200")
    return {"statusCode": 200 if code != "404" else 404, "body": "ok"}
