from jinja2 import Template
from jinja2.exceptions import TemplateError


def vulnerable(event, context):
    for record in event["Records"]:
        row = record["dynamodb"].get("NewImage")
        if row and "greeting" in row:
            try:
                print(len(Template(row["greeting"]["S"] + ", {{ name }}").render(name="Ada")))
            except Exception:
                print("bad template")


LETTER = Template("{{ greeting }}, {{ name }}")


def safe(event, context):
    for record in event["Records"]:
        row = record["dynamodb"].get("NewImage")
        if row and "greeting" in row:
            try:
                print(len(LETTER.render(greeting=row["greeting"]["S"], name="Ada")))
            except TemplateError:
                print("bad template")
