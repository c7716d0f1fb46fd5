"""mysql-connector-python: connections of a pool, a statement of text and one of bound values."""

import functools
import os

import mysql.connector
from mysql.connector.pooling import MySQLConnectionPool


@functools.cache
def pool():
    return MySQLConnectionPool(
        pool_size=1, host="127.0.0.1", port=int(os.environ["MARIADB"]), user="root", database="test"
    )


def asked(*statement):
    db = pool().get_connection()
    try:
        cursor = db.cursor()
        cursor.execute(*statement)
        return {"statusCode": 200, "body": str(len(cursor.fetchall()))}
    except mysql.connector.Error:
        return {"statusCode": 400}
    finally:
        db.close()


def vulnerable(event, context):
    number = event["pathParameters"]["number"]
    return asked("select 1 from information_schema.engines where 1 = " + number)


def safe(event, context):
    number = event["pathParameters"]["number"]
    return asked("select 1 from information_schema.engines where '1' = %s", (number,))
