"""Scores a candidate by a formula from the job. The flaw: the formula is evaluated as Python."""

import json
import os
from decimal import Decimal

import boto3

table = boto3.resource("dynamodb").Table(os.environ["CANDIDATES_TABLE"])


def handler(event, context):
    failures = []
    for record in event["Records"]:
        job = json.loads(record["body"])
        try:
            # No builtins are given, and none are needed: every value's attributes lead back.
            score = eval(job["formula"], {"__builtins__": {}}, {"years": 5, "tests": 8})
            item = {"id": job["candidate"]["id"], "score": Decimal(str(score))}
            table.put_item(Item=item)
        except Exception as error:
            print(f"not scored: {type(error).__name__}")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
