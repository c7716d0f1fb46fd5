"""psycopg: a statement put together from text, and one with a bound value."""

import json

import psycopg
from shop import postgres


def answer(rows):
    return {"statusCode": 200, "body": json.dumps([row[0] for row in rows])}


def vulnerable(event, context):
    title = event["queryStringParameters"]["title"]
    try:
        return answer(postgres().execute(f"select id from ware where title = '{title}'"))
    except psycopg.Error:
        return {"statusCode": 400}


def safe(event, context):
    title = event["queryStringParameters"]["title"]
    try:
        return answer(postgres().execute("select id from ware where title = %s", (title,)))
    except psycopg.Error:
        return {"statusCode": 400}
