"""Searches candidates by skill. The flaw: the query is put together from the request."""

import json
import sqlite3

from database import connect

database = connect()


def handler(event, context):
    skill = (event.get("queryStringParameters") or {}).get("skill", "")
    query = "SELECT name, years FROM candidate WHERE skill = '" + skill + "' ORDER BY years"
    try:
        rows = database.execute(query).fetchall()
    except sqlite3.Error:
        return {"statusCode": 400, "body": json.dumps({"error": "bad search"})}
    return {"statusCode": 200, "body": json.dumps([{"name": r[0], "years": r[1]} for r in rows])}
