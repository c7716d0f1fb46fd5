"""The search index: a SQLite file made at cold start."""

import sqlite3

ROWS = [
    ("Ada Lovelace", "mathematics", 12),
    ("Grace Hopper", "compilers", 30),
    ("Alan Turing", "machines", 15),
]


def connect():
    database = sqlite3.connect("/tmp/candidates.db")
    database.execute("CREATE TABLE IF NOT EXISTS candidate (name TEXT, skill TEXT, years INTEGER)")
    if not database.execute("SELECT count(*) FROM candidate").fetchone()[0]:
        database.executemany("INSERT INTO candidate VALUES (?, ?, ?)", ROWS)
        database.commit()
    return database
