import json

import boto3

s3 = boto3.client("s3")


def login():
    kept = s3.get_object(Bucket="reports", Key="credentials/partner.json")["Body"].read()
    return json.loads(kept)


def sent(parcel, shown):
    account = login()
    print("sending", json.dumps(parcel["number"]), "as", shown(account))
    return {"sent": True}


def vulnerable(event, context):
    return sent(event["parcel"], lambda account: account)


def safe(event, context):
    return sent(event["parcel"], lambda account: account["user"])
