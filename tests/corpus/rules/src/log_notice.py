import json
import logging

logger = logging.getLogger()
logger.setLevel("INFO")


def vulnerable(event, context):
    for record in event["Records"]:
        logger.info("notice %s", json.loads(record["Sns"]["Message"])["title"])


def safe(event, context):
    for record in event["Records"]:
        logger.info("notice %r", json.loads(record["Sns"]["Message"])["title"])
