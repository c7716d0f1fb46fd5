import ast
import configparser
import csv
import datetime
import decimal
import ipaddress
import json
import re
import uuid
from email import message_from_string
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import yaml

from adapters import direct, http, query, queue, stream

OPERATORS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul"}


def attempt(parse, value, *errors):
    try:
        return str(parse(str(value)))[:100]
    except (ValueError, TypeError, *errors):
        return None


def inner_json(value):
    return attempt(json.loads, value, RecursionError)


def safe_yaml(value):
    return attempt(yaml.safe_load, value, yaml.YAMLError, RecursionError)


def literal(value):
    return attempt(ast.literal_eval, value, SyntaxError, MemoryError, RecursionError)


def table(value):
    return attempt(lambda text: len(list(csv.reader(text.splitlines()))), value, csv.Error)


def document(value):
    return attempt(lambda text: ElementTree.fromstring(text).tag, value, SyntaxError)


def settings(value):
    parser = configparser.ConfigParser(interpolation=None)
    return attempt(parser.read_string, value, configparser.Error)


def host(value):
    return attempt(lambda text: urlsplit(text).hostname, value)


def form(value):
    return attempt(lambda text: sorted(parse_qs(text)), value)


def amount(value):
    return attempt(decimal.Decimal, value, decimal.InvalidOperation)


def day(value):
    return attempt(datetime.date.fromisoformat, value)


def identifier(value):
    return attempt(uuid.UUID, value)


def address(value):
    return attempt(ipaddress.ip_address, value)


def mail(value):
    return attempt(lambda text: message_from_string(text).is_multipart(), value, LookupError)


def matched(value):
    return bool(re.fullmatch(r"[a-z0-9-]{1,40}", str(value)))


def mail_address(value):
    return bool(re.fullmatch(r"[^@\s]{1,60}@[a-z0-9.-]{1,60}", str(value)[:130]))


inner_json_http, inner_json_queue = http(inner_json), queue(inner_json)
safe_yaml_http, safe_yaml_direct = http(safe_yaml), direct(safe_yaml)
literal_http, literal_direct, literal_stream = http(literal), direct(literal), stream(literal)
table_http, table_direct = http(table), direct(table)
document_http, document_queue, document_direct = http(document), queue(document), direct(document)
settings_direct = direct(settings)
host_http, host_query = http(host), query(host)
form_query, form_http = query(form), http(form)
amount_http, amount_stream = http(amount), stream(amount)
day_query, day_direct = query(day), direct(day)
identifier_query = query(identifier)
address_http = http(address)
mail_queue, mail_direct = queue(mail), direct(mail)
matched_query, matched_http = query(matched), http(matched)
mail_address_http, mail_address_query = http(mail_address), query(mail_address)
