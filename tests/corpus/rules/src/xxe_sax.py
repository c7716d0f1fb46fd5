import io
import json
import xml.sax
from xml.sax.handler import ContentHandler, feature_external_ges


class Texts(ContentHandler):
    def __init__(self):
        self.found = []

    def characters(self, content):
        self.found.append(content)


def read(text, external):
    texts = Texts()
    parser = xml.sax.make_parser()
    parser.setFeature(feature_external_ges, external)
    parser.setContentHandler(texts)
    try:
        parser.parse(io.StringIO(text))
    except Exception:
        return ""
    return "".join(texts.found)


def vulnerable(event, context):
    return {"statusCode": 200, "body": read(json.loads(event["body"])["invoice"], True)}


def safe(event, context):
    invoice = str(json.loads(event["body"])["invoice"])
    return {"statusCode": 200, "body": read(invoice, False)}
