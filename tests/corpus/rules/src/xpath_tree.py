import base64
import json
from xml.etree import ElementTree

STOCK = ElementTree.fromstring('<stock><item id="a1"><left>5</left></item></stock>')


def vulnerable(event, context):
    for record in event["Records"]:
        order = json.loads(base64.b64decode(record["kinesis"]["data"]))
        try:
            STOCK.find('item[@id="%s"]/left' % order["item"])
        except SyntaxError:
            print("no such item")


def safe(event, context):
    for record in event["Records"]:
        order = json.loads(base64.b64decode(record["kinesis"]["data"]))
        wanted = order["item"]
        if not any(item.get("id") == wanted for item in STOCK.iterfind("item")):
            print("no such item")
