"""Front doors whose sender has something of its own: an app client, an address, a topic.

What that is comes in as facts beside the trigger's: `mail_from`, and `app_client` with its
`app_secret` (see `own_facts`).
"""

import base64
import email.policy
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formataddr
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from harness.deployed.journal import Created
from harness.deployed.session import AwsSession
from harness.model import Trigger
from harness.targets.aws.causes import Cause, Facts, Unsendable

_TOPIC = re.compile(r"\bfrom\s+'([^']+)'", re.IGNORECASE)
_OWN = re.compile(r"\bas\s+(\w+)", re.IGNORECASE)
# Whoever signs up chooses it; no trigger is told it.
_PASSWORD = "Fz-7-" + "harmless-test"
# Headers that SES or the message itself writes.
_STANDARD = frozenset(
    {
        *("return-path", "from", "to", "subject", "date", "message-id"),
        *("content-type", "content-transfer-encoding", "mime-version"),
    }
)


def own_facts(session: AwsSession, trigger: Trigger) -> dict[str, str]:
    """What a trigger's sender has to have, by the settings or asked of the account."""
    facts = {"mail_from": session.settings.mail_from or ""}
    pool = trigger.facts.get("user_pool")
    if trigger.template != "aws.cognito.pre-sign-up" or not pool:
        return facts
    client = session.client("cognito-idp")
    try:
        listed = client.list_user_pool_clients(UserPoolId=pool, MaxResults=1)["UserPoolClients"]
        if listed:
            id = listed[0]["ClientId"]
            told = client.describe_user_pool_client(UserPoolId=pool, ClientId=id)["UserPoolClient"]
            facts |= {"app_client": id, "app_secret": told.get("ClientSecret", "")}
    except (BotoCoreError, ClientError):
        pass  # without a client nobody can sign up: told when it is tried
    return facts


def firehose(event: Any, facts: Facts) -> Cause:
    """https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecord.html"""
    (record,) = event["records"]
    return Cause(
        service="firehose",
        operation="put_record",
        parameters={
            "DeliveryStreamName": facts["origin"],
            "Record": {"Data": base64.b64decode(record["data"], validate=True)},
        },
    )


def iot(event: Any, facts: Facts) -> Cause:
    """https://docs.aws.amazon.com/iot/latest/apireference/API_iotdata_Publish.html

    What the rule's SQL adds to a message is the service's own.
    """
    found = _TOPIC.search(facts["sql"])
    if found is None or found[1].startswith("$aws"):
        raise Unsendable("the rule reads no topic that anyone may publish to")
    own = set(_OWN.findall(facts["sql"]))
    if isinstance(event, Mapping):
        event = {name: value for name, value in event.items() if name not in own}
    return Cause(
        service="iot-data",
        operation="publish",
        parameters={
            "topic": re.sub("[+#]", "sample", found[1]),
            "qos": 1,
            "payload": json.dumps(event, ensure_ascii=False).encode(),
        },
    )


def sign_up(event: Any, facts: Facts) -> Cause:
    """https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SignUp.html"""
    if not facts.get("app_client"):
        raise Unsendable("the user pool tells of no app client to sign up with")
    name, request = event["userName"], event["request"]
    parameters = {
        "ClientId": facts["app_client"],
        "Username": name,
        "Password": _PASSWORD,
        "UserAttributes": _pairs(request.get("userAttributes")),
        "ValidationData": _pairs(request.get("validationData")),
        "ClientMetadata": dict(request.get("clientMetadata") or {}),
    }
    if facts.get("app_secret"):
        text = f"{name}{facts['app_client']}".encode()
        digest = hmac.digest(facts["app_secret"].encode(), text, hashlib.sha256)
        parameters["SecretHash"] = base64.b64encode(digest).decode()
    return Cause(
        service="cognito-idp",
        operation="sign_up",
        parameters=parameters,
        created=Created(
            service="cognito-idp",
            remove="admin_delete_user",
            parameters={"UserPoolId": facts["user_pool"], "Username": name},
        ),
    )


def _pairs(values: Any) -> list[dict[str, str]]:
    return [{"Name": name, "Value": str(value)} for name, value in (values or {}).items()]


def mail(event: Any, facts: Facts) -> Cause:
    """https://docs.aws.amazon.com/ses/latest/APIReference/API_SendRawEmail.html

    The sender's address has to be one that SES has verified; its name is free.
    """
    sender = facts.get("mail_from")
    if not sender:
        raise Unsendable("there is no address to send mail from: write mail_from in [aws]")
    (record,) = event["Records"]
    told = record["ses"]["mail"]
    common = told["commonHeaders"]
    named = str(common["from"][0])
    made = EmailMessage(policy=email.policy.SMTP.clone(max_line_length=998))
    made["From"] = formataddr((named.rpartition(" <")[0] or named, sender))
    made["To"] = facts["recipient"]
    made["Subject"] = common["subject"]
    for header in told.get("headers") or ():
        if str(header["name"]).lower() not in _STANDARD:
            made[header["name"]] = header["value"]
    made.set_content("Hello.\n")
    return Cause(
        service="ses",
        operation="send_raw_email",
        parameters={
            "Source": sender,
            "Destinations": [facts["recipient"]],
            "RawMessage": {"Data": made.as_bytes()},
        },
    )
