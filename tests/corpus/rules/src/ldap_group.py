import json

import ldap3
from ldap3.utils.conv import escape_filter_chars


def check(filter):
    connection = ldap3.Connection(ldap3.Server("directory"), client_strategy=ldap3.MOCK_SYNC)
    connection.strategy.add_entry("cn=staff,dc=example", {"cn": "staff", "member": "ada"})
    try:
        connection.bind()
        connection.search("dc=example", filter)
    except ldap3.core.exceptions.LDAPException:
        print("no such group")


def vulnerable(event, context):
    for record in event["Records"]:
        member = json.loads(record["Sns"]["Message"])["member"]["name"]
        check("(&(cn=staff)(member=%s))" % member)


def safe(event, context):
    for record in event["Records"]:
        member = str(json.loads(record["Sns"]["Message"])["member"]["name"])
        check("(&(cn=staff)(member=%s))" % escape_filter_chars(member))
