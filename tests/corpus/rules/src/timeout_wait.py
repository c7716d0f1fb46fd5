import time


def seconds(value):
    try:
        return max(0.0, float(value)) / 100
    except (TypeError, ValueError, OverflowError):
        return 0.0


def pause(length):
    try:
        time.sleep(length)
    except (OverflowError, ValueError):
        return "not at all"
    return "waited"


def vulnerable(event, context):
    return pause(seconds(event["retry"]["after"]))


def safe(event, context):
    return pause(min(seconds(event["retry"]["after"]), 0.01))
