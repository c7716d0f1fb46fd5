"""What the page is made of: ways to reproduce, the timeline, the comparison."""

import shlex
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.campaign.baseline import Known, load_known
from harness.cli.comparison import compared
from harness.cli.export import export
from harness.codecs import CODECS
from harness.errors import UsageError
from harness.model import CampaignReport, FunctionSummary, Hop, Witness
from harness.reports.base import handler_file, sentence
from harness.reports.elsewhere import platform_command
from harness.reports.finding_view import FindingViews
from harness.reports.html import HtmlReporter
from harness.reports.overview import overview
from harness.reports.reproduce import curl_command
from harness.reports.route import explain
from harness.reports.svg_map import draw
from harness.reports.timeline import LEFT, RIGHT, WIDTH, timeline
from tests.unit.campaign.test_campaign_parts import finding, report, summary
from tests.unit.cli.makers import stored

ROUTE = {"path": "/items/{id}/{rest+}", "method": "post"}


@pytest.mark.parametrize(
    ("trigger", "event", "command"),
    [
        (
            "aws.apigateway.rest",
            {"queryStringParameters": {"q": "a' or\n1 &b"}},
            ["curl", "-i", "-X", "POST", "http://127.0.0.1:3000/items/{id}/{rest+}"],
        ),
        (
            "aws.apigateway.http",
            {
                "rawPath": "/x y",
                "rawQueryString": "a=%27",
                "requestContext": {"http": {"method": "PUT"}},
                "headers": {"X-A": "$(id)", "Host": "there"},
                "body": "eyJhIjogMX0=",
                "isBase64Encoded": True,
            },
            [
                *("curl", "-i", "-X", "PUT", "-H", "X-A: $(id)", "--data-binary", '{"a": 1}'),
                "http://127.0.0.1:3000/x%20y?a=%27",
            ],
        ),
        (
            "aws.apigateway.rest",
            {"pathParameters": {"id": "../x", "rest": "b"}, "httpMethod": "GET"},
            ["curl", "-i", "-X", "GET", "http://127.0.0.1:3000/items/..%2Fx/b"],
        ),
    ],
)
def test_an_http_finding_has_its_request_as_one_shell_word_each(
    trigger: str, event: dict[str, object], command: list[str]
) -> None:
    words = shlex.split(curl_command(finding(trigger=trigger, event=event), ROUTE))
    assert words[:-1] == command[:-1]
    assert words[-1].startswith(command[-1].split("{")[0])
    assert "\n" not in words[-1]


@pytest.mark.parametrize(
    "changes",
    [
        {"trigger": "aws.sqs.message"},
        {"event": "text"},
        {"event": {"body": "x" * 10_000}},
        {"event": {"body": "!!", "isBase64Encoded": True}},
        {"event": {"body": "a\0b"}},
    ],
)
def test_what_curl_cannot_send_has_no_curl_line(changes: dict[str, object]) -> None:
    assert curl_command(finding(**changes), ROUTE) == ""


@pytest.mark.parametrize(
    ("trigger", "event", "words"),
    [
        (
            "gcp.functions.http",
            {"method": "PUT", "path": "/a b", "query": {"q": "1 2"}, "body": "x'y"},
            [
                *("curl", "-i", "-X", "PUT", "--data-binary", "x'y"),
                "http://127.0.0.1:8080/a%20b?q=1%202",
            ],
        ),
        (
            "gcp.storage.object-finalized",
            {"specversion": "1.0", "subject": 'a "b"', "data": {"name": "n"}},
            [
                *("curl", "-i", "-X", "POST", "-H", "content-type: application/json"),
                *("-H", "ce-specversion: 1.0", "-H", "ce-subject: a%20%22b%22"),
                *("--data-binary", '{"name": "n"}', "http://127.0.0.1:8080"),
            ],
        ),
        (
            "azure.http.request",
            {"Data": {"req": {"Url": "https://a.net/api/x", "Headers": {"X-A": ["1"]}}}},
            ["curl", "-i", "-X", "POST", "-H", "X-A: 1", "http://127.0.0.1:7071/api/x"],
        ),
        (
            "azure.queue.message",
            {"Data": {"item": '{"a": 1}'}},
            [
                *("curl", "-i", "-X", "POST", "-H", "content-type: application/json"),
                *("--data-binary", '{"input": "{\\"a\\": 1}"}'),
                "http://127.0.0.1:7071/admin/functions/Orders",
            ],
        ),
        (
            "openwhisk.action.web",
            {"name": "x"},
            ["wsk", "action", "invoke", "Orders", "--blocking", "--param-file", "ID.json"],
        ),
        ("aws.sqs.message", {"Records": []}, []),
        ("azure.queue.message", {"Data": {"item": "a\0b"}}, None),
        ("gcp.functions.http", {"path": "/", "body": "a\0b"}, []),
    ],
)
def test_each_platform_has_its_own_command(
    trigger: str, event: dict[str, object], words: list[str] | None
) -> None:
    one = finding(trigger=trigger, event=event)
    _, command = platform_command(one, "Orders")
    told = [word.replace(one.id, "ID") for word in shlex.split(command)]
    if words is not None:
        assert told == words
    assert "\0" not in command


def test_a_handlers_file_is_the_one_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.mjs").write_text("")
    for handler, runtime, expected in (
        ("src/app.handler", "nodejs20.x", "src/app.mjs"),
        ("src/gone.handler", "nodejs20.x", "src/gone.js"),
        ("a.b.handler", "python3.12", "a/b.py"),
        ("function_app.py:orders", "python3.12", "function_app.py"),
    ):
        summary = FunctionSummary(
            name="f", runtime=runtime, handler=handler, triggers=(), code=str(tmp_path)
        )
        assert handler_file(summary) == expected


@pytest.mark.parametrize("codec", CODECS)
def test_each_codec_is_told_in_words(codec: str) -> None:
    (step,) = explain(f"!{codec}", "x", {})
    assert step.words.startswith("is ")


def test_the_timeline_merges_marks_that_would_lie_on_one_another() -> None:
    found = tuple(
        finding(id=f"{n:016x}", function=name, invocations_to_detect=at)
        for n, (name, at) in enumerate([("A", 10), ("A", 11), ("A", 900), ("B", 5), ("Gone", 7)])
    )
    told = timeline(
        report(found, (summary(name="A", invocations=1000), summary(name="B", invocations=50)))
    )
    lanes = {lane.name: lane for lane in told.lanes}
    assert [lane.name for lane in told.lanes] == ["B", "Gone", "A"]
    assert [mark.count for mark in lanes["A"].marks] == [2, 1]
    assert all(LEFT <= mark.x <= WIDTH - RIGHT for lane in told.lanes for mark in lane.marks)
    assert lanes["Gone"].invocations == 7


def test_the_map_marks_the_edges_along_which_a_role_grants_too_much() -> None:
    def granted(*statements: tuple[str, str]) -> list[dict[str, object]]:
        return [{"Effect": "Allow", "Action": [a], "Resource": [r]} for a, r in statements]

    orders, files = "arn:aws:dynamodb:us-east-1:1:table/orders", "arn:aws:s3:::files/*"
    functions = {
        "Sound": granted(("dynamodb:GetItem", orders), ("s3:GetObject", files), ("logs:*", "*")),
        "Whole": granted(("dynamodb:*", orders), ("s3:GetObject", files)),
        "Any": granted(("dynamodb:GetItem", "arn:aws:dynamodb:*:*:table/*")),
        "Beyond": [*granted(("sqs:ListQueues", "*")), {"Managed": "AmazonSQSFullAccess"}],
    }
    told = replace(
        report((), tuple(summary(name=name) for name in functions)),
        application={
            "functions": [{"name": n, "policies": p} for n, p in functions.items()],
            "resources": [
                {"name": "Orders", "kind": "AWS::DynamoDB::Table", "arn": orders},
                {"name": "Files", "kind": "AWS::S3::Bucket", "arn": "arn:aws:s3:::files"},
            ],
            "edges": [
                {"origin": name, "to": to, "via": "policy"}
                for name in ("Sound", "Whole", "Any")
                for to in ("Orders", "Files")
            ],
        },
    )
    drawn = draw(told)
    assert {arrow.title for arrow in drawn.arrows if arrow.broad} == {
        "Whole to Orders (policy), over-broad: dynamodb:*, all of dynamodb",
        "Any to Orders (policy), over-broad: dynamodb:GetItem on any resource",
        "Beyond to all of sqs (policy), over-broad: sqs:*, all of sqs",
    }
    assert [name for name, _ in drawn.broad] == ["Whole", "Any", "Beyond"]
    page = HtmlReporter().render(told, {})
    assert page.count('class="arrow broad"') == 3
    assert "<b>Whole</b>: dynamodb:*, all of dynamodb" in page


def test_a_chain_is_told_by_the_function_that_is_entered() -> None:
    hops = (
        Hop(function="Front", trigger="aws.apigateway.rest"),
        Hop(function="Search", trigger="aws.sqs.message", via="aws:sqs.SendMessage"),
    )
    chain = finding(path=hops, event={"queryStringParameters": {"q": "x"}})
    application = {
        "functions": [
            {
                "name": "Front",
                "triggers": [
                    {"template": chain.trigger, "source": "Web", "facts": {"path": "/front"}}
                ],
            },
            {"name": "Search", "triggers": [{"template": "aws.sqs.message", "source": "Q"}]},
        ]
    }
    told = replace(
        report((chain,), (summary(name="Front", invocations=9), summary())),
        application=application,
    )
    view = FindingViews(told, {}).of(chain)
    assert view.source == "Web"
    assert any("http://127.0.0.1:3000/front?q=x" in way.text for way in view.ways)
    assert [lane.name for lane in timeline(told).lanes] == ["Front"]
    assert sentence(chain, {}) == (
        "sql-injection in Search through /queryStringParameters/q of Front's event "
        "(aws.apigateway.rest)"
    )


def test_only_what_was_looked_for_again_is_fixed() -> None:
    known = {
        id: Known(id=id, rule=rule, function=function, reason=reason, until=until)
        for id, rule, function, reason, until in [
            ("0123456789abcdef", "sql-injection", "Search", "the sandbox only", None),
            ("1", "sql-injection", "Search", "", None),
            ("2", "ssrf", "Search", "", None),
            ("3", "sql-injection", "Elsewhere", "", None),
        ]
    }

    def fixed(told: CampaignReport) -> set[str]:
        made = compared(told, known, "baseline.yaml", date(2026, 1, 1)).comparison
        assert made is not None
        return {id for id, _, _ in made.fixed}

    assert fixed(report((finding(),))) == {"1", "2"}
    asked = replace(report((finding(),)), configuration={"rules": ["sql-injection"]})
    assert fixed(asked) == {"1"}


def test_an_acceptance_that_ran_out_is_none() -> None:
    known = {
        "0123456789abcdef": Known(
            id="0123456789abcdef", reason="until the move", until=date(2026, 1, 31)
        )
    }
    held = compared(report((finding(),)), known, "b", date(2026, 1, 31)).comparison
    late = compared(report((finding(),)), known, "b", date(2026, 2, 1)).comparison
    assert held is not None
    assert late is not None
    assert held.accepted == {"0123456789abcdef": "until the move"}
    assert held.passing == ("0123456789abcdef",)
    assert not held.expired
    assert not late.accepted
    assert not late.passing
    assert late.expired == {"0123456789abcdef": "2026-01-31"}


def test_what_is_new_since_last_night_is_accepted_by_the_baseline_alone() -> None:
    baseline = {"b" * 16: Known(id="b" * 16, reason="the sandbox")}
    night = {"0123456789abcdef": Known(id="0123456789abcdef")}
    told = report((finding(), finding(id="b" * 16)))
    made = compared(told, night, "night", date(2026, 1, 1), baseline=baseline).comparison
    assert made is not None
    assert (made.new, made.persisting) == (("b" * 16,), ("0123456789abcdef",))
    assert made.passing == ("b" * 16,)
    assert made.accepted == {"b" * 16: "the sandbox"}


def test_posture_is_told_without_an_event_and_spoils_no_median() -> None:
    posture = finding(
        id="c" * 16,
        insertion_point="",
        payload=None,
        event=None,
        sink=None,
        witness=Witness(kind="granted", seen="s3:* is granted", where="the role of Search"),
        trials_to_detect=0,
        invocations_to_detect=0,
    )
    told = report((finding(), posture), (summary(),))
    assert overview(told).to_detect == 4
    assert overview(report((posture,))).to_detect is None
    page = HtmlReporter().render(report((posture,)), {})
    assert "the deployment" in page
    for word in ("Smallest event", "How the payload", "null", "Found after", "replayed"):
        assert word not in page.partition('<article class="finding')[2].partition("</article>")[0]


def test_findings_are_exported_as_files_that_load_again(tmp_path: Path) -> None:
    stored(tmp_path / "c", finding())
    ran = CliRunner().invoke(
        export, [str(tmp_path / "c"), "--finding", "0123", "--out", str(tmp_path / "o")]
    )
    assert ran.exit_code == 0, ran.output
    assert {p.name for p in (tmp_path / "o").iterdir()} == {
        "0123456789abcdef.json",
        "0123456789abcdef.finding.json",
        "test_sql_injection_01234567.py",
    }
    assert load_known(tmp_path / "c").keys() == {"0123456789abcdef"}
    wrong = CliRunner().invoke(export, [str(tmp_path / "c"), "--finding", "ff"])
    assert isinstance(wrong.exception, UsageError)
