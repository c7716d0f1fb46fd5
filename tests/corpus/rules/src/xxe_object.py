from urllib.parse import unquote_plus

import boto3
from lxml import etree

s3 = boto3.client("s3")


def read(event, parser):
    for record in event["Records"]:
        try:
            body = s3.get_object(
                Bucket=record["s3"]["bucket"]["name"],
                Key=unquote_plus(record["s3"]["object"]["key"]),
            )["Body"].read()
            print(repr(etree.fromstring(body, parser).xpath("string(.)")[:200]))
        except Exception:
            print("unreadable")


def vulnerable(event, context):
    read(event, etree.XMLParser(resolve_entities=True, no_network=False))


def safe(event, context):
    read(event, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
