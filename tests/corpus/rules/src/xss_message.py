import html


def _written(event, name):
    event["response"]["emailSubject"] = "Your code"
    event["response"]["emailMessage"] = f"<p>Dear {name}, your code is {event['request']['codeParameter']}</p>"
    return event


def vulnerable(event, context):
    return _written(event, event["request"]["userAttributes"].get("name", "member"))


def safe(event, context):
    return _written(event, html.escape(event["request"]["userAttributes"].get("name", "member")))
