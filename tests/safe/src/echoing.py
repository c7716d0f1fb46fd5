import base64
import csv
import html
import io
import json
from xml.sax.saxutils import escape, quoteattr

from adapters import direct, http, page, query


def echo(value):
    return value


def upper(value):
    return str(value).upper()


def backwards(value):
    return str(value)[::-1]


def pretty(value):
    return json.dumps({"value": value}, indent=2, sort_keys=True)


def encoded(value):
    return base64.b64encode(str(value).encode("utf-8", "replace")).decode()


def in_hexadecimal(value):
    return str(value).encode("utf-8", "replace").hex()


def shortened(value):
    return str(value)[:20] + "…"


def repeated(value):
    return [str(value)[:100]] * 3


def as_key(value):
    return {str(value)[:200]: 1}


def doubled(value):
    return f"{value}{value}"


def parts(value):
    return str(value).split()[:20]


def in_xml(value):
    return f"<v a={quoteattr(str(value))}>{escape(str(value))}</v>"


def as_row(value):
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerow(["'" + str(value)])
    return text.getvalue()


def escaped_page(value):
    return f"<p title='{html.escape(value)}'>{html.escape(value)}</p>"


def script_page(value):
    shown = json.dumps(value).replace("<", "\\u003c").replace("\u2028", "\\u2028")
    return f"<script>var asked = {shown};</script>"


def stripped_page(value):
    return "<p>" + "".join(c for c in value if c.isalnum() or c == " ") + "</p>"


def comment_page(value):
    return f"<p>{len(value)} signs</p><!-- nothing else -->"


def cells(event, context):
    value = str((event.get("queryStringParameters") or {}).get("value"))
    cell = "'" + value if value[:1] in "=+-@\t\r" else value
    text = io.StringIO()
    csv.writer(text).writerow(["asked", cell])
    return {"statusCode": 200, "headers": {"Content-Type": "text/csv"}, "body": text.getvalue()}


def headers(event, context):
    value = str((event.get("queryStringParameters") or {}).get("value"))
    clean = "".join(c for c in value if c.isascii() and c.isprintable())
    return {"statusCode": 200, "headers": {"X-Asked": clean[:100]}, "body": "ok"}


echo_http, echo_direct, echo_query = http(echo), direct(echo), query(echo)
upper_http, upper_direct = http(upper), direct(upper)
backwards_http, backwards_query = http(backwards), query(backwards)
pretty_http, pretty_direct = http(pretty), direct(pretty)
encoded_http, encoded_direct = http(encoded), direct(encoded)
hexadecimal_http = http(in_hexadecimal)
shortened_http, shortened_query = http(shortened), query(shortened)
repeated_http, repeated_direct = http(repeated), direct(repeated)
as_key_http, as_key_direct = http(as_key), direct(as_key)
doubled_query = query(doubled)
parts_http, parts_query = http(parts), query(parts)
in_xml_http = http(in_xml)
as_row_http = http(as_row)
escaped_page_get, script_page_get = page(escaped_page), page(script_page)
stripped_page_get, comment_page_get = page(stripped_page), page(comment_page)
