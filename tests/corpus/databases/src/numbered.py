"""psycopg: a number that nobody looked at, and a literal that psycopg wrote."""

import json

import psycopg
from psycopg import sql
from shop import postgres


def asked(statement):
    try:
        rows = postgres().execute(statement).fetchall()
    except psycopg.Error:
        return {"statusCode": 400}
    return {"statusCode": 200, "body": json.dumps([row[0] for row in rows])}


def vulnerable(event, context):
    body = json.loads(event["body"])
    return asked("select title from ware where id = " + str(body["id"]))


def safe(event, context):
    body = json.loads(event["body"])
    return asked(
        sql.SQL("select title from ware where id::text = {}").format(sql.Literal(str(body["id"])))
    )
