"""Secrets have stand-ins, in every form in which a function may show them."""

import base64
import json

from harness.deployed.secrecy import Redactor, secret_of, withheld

PASSWORD = 'hunter2"Secret'
ENVIRONMENT = {
    "DB_PASSWORD": PASSWORD,
    "DATABASE_URL": "postgres://app:s3cr3tPass@db/orders",
    "TABLE": "orders",
}


def test_a_variable_keeps_all_but_its_secret() -> None:
    shown, secrets = withheld("f", ENVIRONMENT)
    assert shown["TABLE"] == "orders"
    assert shown["DATABASE_URL"].startswith("postgres://app:withheld-")
    assert shown["DATABASE_URL"].endswith("@db/orders")
    assert set(secrets) == {PASSWORD, "s3cr3tPass"}
    assert PASSWORD not in repr(shown)


def test_a_stand_in_counts_as_a_secret_and_says_nothing_of_it() -> None:
    shown, _ = withheld("f", ENVIRONMENT)
    assert secret_of("DB_PASSWORD", shown["DB_PASSWORD"]) == shown["DB_PASSWORD"]
    assert secret_of("X", shown["DB_PASSWORD"]) == shown["DB_PASSWORD"]
    assert withheld("f", {**ENVIRONMENT, "DB_PASSWORD": "another-one"})[0] == shown


def test_a_secret_is_found_plain_escaped_in_base64_and_in_hexadecimal() -> None:
    shown, secrets = withheld("f", ENVIRONMENT)
    redactor = Redactor(secrets, ["our-own-key"])
    for form in (
        PASSWORD,
        json.dumps({"a": PASSWORD}),
        base64.b64encode(PASSWORD.encode()).decode(),
        PASSWORD.encode().hex(),
    ):
        assert shown["DB_PASSWORD"] in redactor.text(f"<{form}>")
    assert redactor.value({"our-own-key": [PASSWORD, 1, None]}) == {
        "withheld": [shown["DB_PASSWORD"], 1, None]
    }


def test_credentials_of_a_role_are_known_by_their_form() -> None:
    redactor = Redactor({})
    for text in (
        "ASIAABCDEFGHIJKLMNOP",
        "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        '"AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2VjEXAMPLE/+=="',
        "IQoJb3JpZ2luX2Vj" + "A1b2" * 40,
    ):
        assert "withheld-credential" in redactor.text(text)
        assert "EXAMPLE" not in redactor.text(text)
    assert redactor.text("an order of ASIA and 12 tables") == "an order of ASIA and 12 tables"
