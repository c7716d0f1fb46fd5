import json

import ldap3
from ldap3.utils.conv import escape_filter_chars


def count(filter):
    connection = ldap3.Connection(ldap3.Server("directory"), client_strategy=ldap3.MOCK_SYNC)
    connection.strategy.add_entry("uid=ada,dc=example", {"uid": "ada", "objectClass": "person"})
    try:
        connection.bind()
        connection.search("dc=example", filter)
        return len(connection.entries)
    except ldap3.core.exceptions.LDAPException:
        return 0


def vulnerable(event, context):
    user = json.loads(event["body"])["user"]
    return {"statusCode": 200, "body": json.dumps({"found": count(f"(uid={user})")})}


def safe(event, context):
    user = escape_filter_chars(str(json.loads(event["body"])["user"]))
    return {"statusCode": 200, "body": json.dumps({"found": count(f"(uid={user})")})}
