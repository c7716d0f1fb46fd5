"""Which of a function's variables are secrets."""

import pytest

from harness.model import Function
from harness.observers.environment import environment_decoys


def decoys(**environment: str) -> dict[str, str]:
    function = Function(
        name="f", runtime="python3.11", handler="a.b", code=None, environment=environment
    )
    return dict(environment_decoys(function))


@pytest.mark.parametrize(
    "name",
    ["DB_PASSWORD", "API_KEY", "STRIPE_APIKEY", "jwtSecret", "GITHUB_TOKEN", "SIGNING_KEY", "PWD"],
)
def test_a_variable_named_like_a_secret_is_one(name: str) -> None:
    assert decoys(**{name: "hunter22"}) == {"hunter22": f"environment:{name}"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TABLE_NAME", "orders-table"),
        ("SORT_KEY", "customer"),
        ("SECRET_ARN", "arn:aws:secretsmanager:us-east-1:123456789012:secret:db"),
        ("SECRET_NAME", "prod/database"),
        ("TOKEN_URL", "https://example.com/token"),
        ("TOKENS_TABLE", "tokens-of-users"),
        ("PASSWORD", "short"),
        ("TOKEN_TTL", "3600000"),
        ("PASSWORD_REQUIRED", "enabled"),
        ("BUCKET", "my-application-uploads-123456789012"),
        ("COMPASS", "northwest"),
    ],
)
def test_names_of_resources_and_settings_are_no_secrets(name: str, value: str) -> None:
    assert decoys(**{name: value}) == {}


def test_a_random_looking_value_is_a_secret_whatever_its_name() -> None:
    value = "kX9vQ2mZ7rT4bN8wL1cY6pJ3"
    assert decoys(LICENCE=value) == {value: "environment:LICENCE"}


def test_of_a_url_with_credentials_the_password_counts() -> None:
    found = decoys(DATABASE_URL="postgres://app:s3cr3tpw@db.internal/app")
    assert found == {"s3cr3tpw": "environment:DATABASE_URL"}
