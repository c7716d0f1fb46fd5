import string

import jinja2
from mako.template import Template

from adapters import direct, http, page, query, queue, topic

ENGINE = jinja2.Environment(autoescape=True)
LETTER = ENGINE.from_string("<p>Dear {{ name }}</p>")
PLAIN = jinja2.Template("Dear {{ name }}")
MAKO = Template("Dear ${name}")
DOLLARS = string.Template("Dear $name")


def jinja(value):
    return PLAIN.render(name=value)


def jinja_page(value):
    return LETTER.render(name=value)


def mako(value):
    return MAKO.render(name=str(value))


def dollars(value):
    return DOLLARS.safe_substitute(name=value)


def braces(value):
    return "Dear {name}, {0}".format("hello", name=value)


def percent(value):
    return "Dear %s, %d %%" % (value, 5)


def interpolated(value):
    return f"Dear {value!s:>10}"


def replaced(value):
    return "Dear NAME".replace("NAME", str(value))


def joined(value):
    return " ".join(("Dear", str(value)))


jinja_http, jinja_queue, jinja_direct = http(jinja), queue(jinja), direct(jinja)
jinja_page_get = page(jinja_page)
mako_http, mako_topic = http(mako), topic(mako)
dollars_http, dollars_query = http(dollars), query(dollars)
braces_http, braces_direct, braces_query = http(braces), direct(braces), query(braces)
percent_http, percent_direct = http(percent), direct(percent)
interpolated_query = query(interpolated)
replaced_http = http(replaced)
joined_query = query(joined)
