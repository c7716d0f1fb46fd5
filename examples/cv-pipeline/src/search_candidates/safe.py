"""The same with a bound parameter."""

import json

from database import connect

database = connect()


def handler(event, context):
    skill = (event.get("queryStringParameters") or {}).get("skill", "")
    query = "SELECT name, years FROM candidate WHERE skill = ? ORDER BY years"
    rows = database.execute(query, (skill,)).fetchall()
    return {"statusCode": 200, "body": json.dumps([{"name": r[0], "years": r[1]} for r in rows])}
