OWN = "https://example.com"


def answer(origin):
    return {
        "statusCode": 200,
        "multiValueHeaders": {
            "access-control-allow-origin": [origin],
            "access-control-allow-credentials": ["true"],
        },
        "body": "data",
    }


def vulnerable(event, context):
    origin = (event["headers"] or {}).get("origin", OWN)
    return answer(origin if origin.startswith(OWN) else OWN)


def safe(event, context):
    origin = (event["headers"] or {}).get("origin", OWN)
    return answer(origin if origin in (OWN, OWN + ":8443") else OWN)
