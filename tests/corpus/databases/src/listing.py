"""PyMySQL: a text between quotes, and the same escaped by the connection."""

import json

import pymysql
from shop import mysql


def asked(statement):
    with mysql().cursor() as cursor:
        try:
            cursor.execute(statement)
        except pymysql.Error:
            return
        print(cursor.rowcount, "rows")


def vulnerable(event, context):
    for record in event["Records"]:
        asked("select id from ware where title = '%s'" % json.loads(record["body"])["title"])


def safe(event, context):
    for record in event["Records"]:
        title = mysql().escape(str(json.loads(record["body"])["title"]))
        asked("select id from ware where title = " + title)
