import yaml


def vulnerable(event, context):
    text = str(event["settings"])
    if "python/object" in text or "os." in text or "subprocess" in text:
        return "refused"
    try:
        return type(yaml.load(text, Loader=yaml.UnsafeLoader)).__name__
    except Exception:
        return "unreadable"


def safe(event, context):
    try:
        return type(yaml.safe_load(str(event["settings"]))).__name__
    except (yaml.YAMLError, ValueError, RecursionError):
        return "unreadable"
