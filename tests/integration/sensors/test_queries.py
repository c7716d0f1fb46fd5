"""Queries that are no SQL, seen in a real runtime process."""

from collections.abc import Callable

import pytest

from harness.model import Outcome

Called = Callable[..., Outcome]

LXML = "from lxml import etree\ntree = etree.fromstring('<a><b n=\"1\"/></a>')\n"
QUERIES = [
    (LXML + "tree.xpath('//b[@n=1]')", "xpath", "//b[@n=1]", "lxml"),
    (LXML + "etree.ElementTree(tree).xpath('//b')", "xpath", "//b", "lxml"),
    (LXML + "tree.find(\"b[@n='1']\")", "xpath", "b[@n='1']", "lxml"),
    (
        "import xml.etree.ElementTree as e\ne.fromstring('<a><b/></a>').findall(\"b[@n='1']\")",
        "xpath",
        "b[@n='1']",
        "",
    ),
    (
        "import ldap3\n"
        "c = ldap3.Connection(ldap3.Server('s'), client_strategy=ldap3.MOCK_SYNC)\n"
        "c.bind()\n"
        "c.search('dc=x', '(uid=me)')",
        "ldap",
        "(uid=me)",
        "ldap3",
    ),
    (
        "import pymongo\n"
        "pymongo.MongoClient(serverSelectionTimeoutMS=1).x.y.find({'a': {'$ne': 1}})",
        "mongo",
        {"a": {"$ne": 1}},
        "pymongo",
    ),
]


@pytest.mark.parametrize(
    ("body", "language", "query", "package"), QUERIES, ids=[q[0][-40:] for q in QUERIES]
)
def test_a_query_is_recorded_before_it_runs(
    called: Called, body: str, language: str, query: object, package: str
) -> None:
    outcome = called(body, requirements=package)
    assert outcome.error is None, outcome.error
    found = [s for s in outcome.sinks if s.category == "query"]
    assert [s.arguments for s in found] == [{"language": language, "query": query}]
    assert (found[0].file, found[0].function) == ("app.py", "handler")
