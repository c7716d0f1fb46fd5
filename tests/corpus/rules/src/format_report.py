def vulnerable(event, context):
    try:
        line = event["detail"]["format"] % {"total": 3}
    except Exception:
        return None
    return {"report": line}


def safe(event, context):
    return {"report": str(event["detail"]["format"]).replace("%(total)s", "3")}
