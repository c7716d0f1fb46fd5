KINDS = ("round", "floor")
SHAPE = """
def step(value):
    return {kind}(value, '{unit}')
"""


def compiled(step, check):
    if not step["name"].isidentifier() or step["kind"] not in KINDS:
        raise ValueError("step")
    unit = check(step["unit"])
    scope = {}
    exec(SHAPE.format(kind=step["kind"], unit=unit), scope)


def run(event, check):
    try:
        for step in event["plan"]["steps"]:
            if step.get("do") == "convert":
                compiled(step, check)
    except Exception:
        return {"done": False}
    return {"done": True}


def known(unit):
    if unit not in ("m", "kg"):
        raise ValueError("unit")
    return unit


def vulnerable(event, context):
    return run(event, str)


def safe(event, context):
    return run(event, known)
