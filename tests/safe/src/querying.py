import sqlite3
from xml.etree import ElementTree

from adapters import direct, http, query, queue, stream, topic

db = sqlite3.connect(":memory:", check_same_thread=False)
db.execute("create table item (name text, price integer)")
db.executemany("insert into item values (?, ?)", [("lamp", 12), ("chair", 40)])
SHELF = ElementTree.fromstring('<shelf><book id="a">x</book><book id="b">y</book></shelf>')
ORDERS = {"price": "price", "name": "name", "newest": "rowid desc"}


def rows(statement, values=()):
    try:
        return db.execute(statement, values).fetchall()
    except (sqlite3.Error, OverflowError, UnicodeError):
        return []


def bound(value):
    return rows("select * from item where name = ?", (str(value),))


def bound_by_name(value):
    return rows("select * from item where name = :name", {"name": str(value)})


def bound_in_a_pattern(value):
    wanted = str(value).replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return rows("select * from item where name like ? escape '!'", ("%" + wanted + "%",))


def a_number(value):
    try:
        return rows(f"select * from item where price < {int(value) % 1000}")
    except (TypeError, ValueError, OverflowError):
        return []


def digits(value):
    found = "".join(c for c in str(value) if c in "0123456789")[:6] or "0"
    return rows("select * from item where price < " + found)


def an_order(value):
    order = ORDERS.get(str(value), "name")
    return rows(f"select * from item order by {order}")


def doubled_quotes(value):
    text = str(value).replace("'", "''").replace("\0", "")
    return rows(f"select * from item where name = '{text}'")


def many(value):
    words = [str(word) for word in str(value).split()[:5]] or [""]
    return rows(f"select * from item where name in ({','.join('?' * len(words))})", words)


def inserted(value):
    rows("insert into item select ?, 1 where 0", (str(value),))
    return rows("select count(*) from item")


def book(value):
    return [b.text for b in SHELF.iterfind("book") if b.get("id") == value]


def counted(value):
    return sum(1 for name, _ in rows("select * from item") if str(value) in name)


bound_http, bound_query, bound_queue = http(bound), query(bound), queue(bound)
bound_by_name_direct, bound_by_name_topic = direct(bound_by_name), topic(bound_by_name)
bound_in_a_pattern_http = http(bound_in_a_pattern)
bound_in_a_pattern_query = query(bound_in_a_pattern)
a_number_http, a_number_direct, a_number_stream = http(a_number), direct(a_number), stream(a_number)
digits_query, digits_direct, digits_queue = query(digits), direct(digits), queue(digits)
an_order_query, an_order_http = query(an_order), http(an_order)
doubled_quotes_http, doubled_quotes_topic = http(doubled_quotes), topic(doubled_quotes)
doubled_quotes_direct = direct(doubled_quotes)
many_query, many_direct = query(many), direct(many)
inserted_queue, inserted_stream = queue(inserted), stream(inserted)
book_http, book_query = http(book), query(book)
counted_direct = direct(counted)
