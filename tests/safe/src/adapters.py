"""Each shape behind several triggers: what is read from the event, and how it is answered."""

import base64
import json
from urllib.parse import unquote_plus


def http(work):
    """A JSON body with a field `value`."""

    def handler(event, context):
        try:
            value = json.loads(event["body"])["value"]
        except (KeyError, TypeError, ValueError):
            return {"statusCode": 400, "body": "a value is needed"}
        return {
            "statusCode": 200,
            "headers": {"Content-Type": "application/json"},
            "body": json.dumps(work(value), default=str),
        }

    return handler


def query(work):
    """A field of the query string, answered in JSON."""

    def handler(event, context):
        value = (event.get("queryStringParameters") or {}).get("value") or ""
        body = json.dumps({"result": work(value)}, default=str)
        return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": body}

    return handler


def page(work):
    """A field of the query string, answered by a page that the work escapes."""

    def handler(event, context):
        value = (event.get("queryStringParameters") or {}).get("value") or ""
        return {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": work(value)}

    return handler


def queue(work):
    """Messages of a queue, one after another, failures told one by one."""

    def handler(event, context):
        failures = []
        for record in event["Records"]:
            try:
                work(json.loads(record["body"])["value"])
            except Exception:
                failures.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failures}

    return handler


def topic(work):
    """Notices of a topic."""

    def handler(event, context):
        for record in event["Records"]:
            work(json.loads(record["Sns"]["Message"])["value"])

    return handler


def stream(work):
    """Records of a stream."""

    def handler(event, context):
        for record in event["Records"]:
            work(json.loads(base64.b64decode(record["kinesis"]["data"]))["value"])

    return handler


def upload(work):
    """The key of an uploaded object."""

    def handler(event, context):
        for record in event["Records"]:
            work(unquote_plus(record["s3"]["object"]["key"]))

    return handler


def rule(work):
    """A field of an event's detail."""
    return lambda event, context: work(event["detail"]["value"])


def direct(work):
    """A field of a direct invocation."""
    return lambda event, context: work(event["value"])
