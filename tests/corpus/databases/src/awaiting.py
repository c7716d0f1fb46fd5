"""asyncpg: a condition put together from text, and one with a bound value."""

import asyncio
import json
import os

import asyncpg


async def asked(statement, *values):
    db = await asyncpg.connect(os.environ["POSTGRES"])
    try:
        return await db.fetch("select 1 " + statement, *values)
    except asyncpg.PostgresError:
        return []
    finally:
        await db.close()


def vulnerable(event, context):
    title = json.loads(event["Records"][0]["Sns"]["Message"])["title"]
    asyncio.run(asked(f"where 'sample' = '{title}'"))


def safe(event, context):
    title = json.loads(event["Records"][0]["Sns"]["Message"])["title"]
    asyncio.run(asked("where 'sample' = $1", str(title)))
