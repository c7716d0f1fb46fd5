def answer(origin):
    headers = {"Access-Control-Allow-Credentials": "true"}
    if origin:
        headers["Access-Control-Allow-Origin"] = origin
    return {"statusCode": 200, "headers": headers, "body": "data"}


def vulnerable(event, context):
    return answer((event.get("headers") or {}).get("origin"))


def safe(event, context):
    origin = (event.get("headers") or {}).get("origin")
    return answer(origin if origin == "https://app.example.com" else None)
