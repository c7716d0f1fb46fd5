KNOWN = {"upper": str.upper, "lower": str.lower}


def vulnerable(event, context):
    rule = event["detail"]["rule"]
    scope = {"value": "x"}
    try:
        exec("result = " + rule + "(value)", scope)
    except Exception:
        return None
    return None


def safe(event, context):
    rule = event["detail"]["rule"]
    step = KNOWN.get(rule)
    return step("x") if step else None
