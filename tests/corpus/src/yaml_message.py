import yaml


def vulnerable(event, context):
    for record in event["Records"]:
        try:
            settings = yaml.load(record["body"], Loader=yaml.Loader)
        except Exception:
            continue
        print(type(settings).__name__)


def safe(event, context):
    for record in event["Records"]:
        try:
            settings = yaml.safe_load(record["body"])
        except Exception:
            continue
        print(type(settings).__name__)
