"""The connections that the functions of this corpus keep, as Lambda functions do."""

import functools
import os
from urllib.parse import urlsplit

import pg8000.native
import psycopg
import pymysql

WARES = [(1, "sample"), (2, "teapot"), (3, "saucer")]


@functools.cache
def postgres() -> psycopg.Connection:
    db = psycopg.connect(os.environ["POSTGRES"], autocommit=True)
    db.execute("create temporary table ware (id int, title text)")
    db.cursor().executemany("insert into ware values (%s, %s)", WARES)
    return db


@functools.cache
def native() -> pg8000.native.Connection:
    place = urlsplit(os.environ["POSTGRES"])
    db = pg8000.native.Connection(
        place.username, host=place.hostname, port=place.port, database=place.path[1:]
    )
    db.run("create temporary table ware (id int, title text)")
    for id, title in WARES:
        db.run("insert into ware values (:id, :title)", id=id, title=title)
    return db


@functools.cache
def mysql() -> pymysql.Connection:
    db = pymysql.connect(
        host="127.0.0.1", port=int(os.environ["MARIADB"]), user="root", database="test",
        autocommit=True,
    )  # fmt: skip
    with db.cursor() as cursor:
        cursor.execute("create temporary table ware (id int, title varchar(99))")
        cursor.executemany("insert into ware values (%s, %s)", WARES)
    return db
