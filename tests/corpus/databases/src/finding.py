"""PyMySQL: quotes doubled by hand, which a backslash gets past, and a value that PyMySQL escapes."""

import json

import pymysql
from shop import mysql


def asked(statement, *values):
    with mysql().cursor() as cursor:
        try:
            cursor.execute(statement, *values)
        except pymysql.Error:
            return {"statusCode": 400}
        return {"statusCode": 200, "body": json.dumps([row[0] for row in cursor.fetchall()])}


def vulnerable(event, context):
    title = event["queryStringParameters"]["title"].replace("'", "''")
    return asked("select id from ware where title = '" + title + "'")


def safe(event, context):
    return asked("select id from ware where title = %s", (event["queryStringParameters"]["title"],))
