"""SQL injection through the drivers of real servers: PostgreSQL and MariaDB."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.corpus.loading import cases, template
from tests.e2e.campaigns import rules_found
from tests.integration.databases import mariadb, postgresql

CASES = cases("databases")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, set[str]]]:
    """Rules found, by function, with confidence confirmed or likely."""
    declared = template("databases")
    with postgresql() as url, mariadb() as port:
        for resource in declared["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                resource["Properties"]["Environment"]["Variables"] |= {
                    "POSTGRES": url,
                    "MARIADB": str(port),
                }
        folder = tmp_path_factory.mktemp("databases")
        yield rules_found(folder, declared, rule="sql-injection", max_invocations=300)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_weakness_is_found_and_its_safe_twin_is_silent(
    case: dict[str, Any], found: dict[str, set[str]]
) -> None:
    assert found[case["name"]] == {case["rule"]}
    assert found[case["name"] + "Twin"] == set()
