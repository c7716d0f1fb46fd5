"""`faasfuzz templates` and `event` as tools used alone."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml
from click.shell_completion import BashComplete
from click.testing import CliRunner

from harness.catalogue.templates import load_templates
from harness.cli.main import cli
from harness.errors import UsageError


def ran(*arguments: str) -> str:
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False, standalone_mode=False)
    assert done.exit_code == 0, done.output
    return done.output


def completed(*words: str) -> list[str]:
    complete = BashComplete(cli, {}, "faasfuzz", "_FAASFUZZ_COMPLETE")
    return [item.value for item in complete.get_completions(list(words[:-1]), words[-1])]


def test_a_learnt_template_is_a_template_and_gives_the_event_back(tmp_path: Path) -> None:
    event = json.loads(ran("event", "aws.sqs.sns-message"))
    captured, mine = tmp_path / "Captured one.json", tmp_path / "mine"
    captured.write_text(json.dumps(event))
    mine.mkdir()
    (mine / "learnt.yaml").write_text(ran("templates", "learn", str(captured)))
    (learnt,) = load_templates(mine)
    assert learnt.id == "mine.events.captured-one"
    assert "/Records/0/body!json/Message!json/id" in {str(p.address) for p in learnt.points}
    assert learnt.response.kind == "partial-batch"
    assert json.loads(ran("event", learnt.id, "--templates", str(mine))) == event


def test_a_captured_event_that_is_no_json_is_told_with_its_line(tmp_path: Path) -> None:
    captured = tmp_path / "captured.json"
    captured.write_text('{\n  "a": 1,\n}')
    with pytest.raises(UsageError, match=r"captured.json:3: not JSON"):
        ran("templates", "learn", str(captured))


def test_templates_are_found_by_provider_service_and_words() -> None:
    found = json.loads(ran("templates", "--json", "--provider", "azure", "--service", "eventgrid"))
    assert {t["id"] for t in found} >= {"azure.eventgrid.event", "azure.eventgrid.cloudevent"}
    assert {(t["provider"], t["service"]) for t in found} == {("azure", "eventgrid")}
    found = json.loads(ran("templates", "--json", "--search", "fifo sqs"))
    assert found
    assert all("fifo" in f"{t['id']} {t['title']} {t['notes']}".lower() for t in found)


def test_an_event_is_printed_as_yaml_too() -> None:
    as_json = json.loads(ran("event", "gcp.pubsub.push"))
    assert yaml.safe_load(ran("event", "gcp.pubsub.push", "--yaml")) == as_json


def test_each_of_several_routes_has_the_insertion_points_of_its_own(tmp_path: Path) -> None:
    routes = {
        f"E{path.count('/')}": {"Type": "Api", "Properties": {"Path": path, "Method": "get"}}
        for path in ("/", "/users/{id}")
    }
    function = {"Runtime": "python3.12", "Handler": "a.b", "InlineCode": "x", "Events": routes}
    worker = {"Type": "AWS::Serverless::Function", "Properties": function}
    template = tmp_path / "template.json"
    template.write_text(json.dumps({"Resources": {"Worker": worker}}))
    (found,) = json.loads(ran("discover", str(template), "--json"))["functions"]
    parameters = [[p for p in t["insertion_points"] if "path" in p] for t in found["triggers"]]
    assert parameters == [[], ["/pathParameters/id"]]
    assert "GET /users/{id}" in ran("discover", str(template))


def test_the_shell_completes_commands_ids_points_and_words() -> None:
    assert completed("ev") == ["event"]
    assert "aws.s3.object-created" in completed("event", "aws.s3.")
    assert all(id.startswith("azure.") for id in completed("templates", "show", "azure."))
    points = completed("event", "aws.sqs.message", "--set", "/Records/0/body!json")
    assert "/Records/0/body!json/message=" in points
    assert completed("templates", "--provider", "az") == ["azure"]
    assert "blob" in completed("templates", "--provider", "azure", "--service", "")


def test_the_list_of_commands_says_what_each_command_says_of_itself() -> None:
    context = click.Context(cli)
    told = ran("--help")
    for name in cli.list_commands(context):
        command = cli.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert name in told


@pytest.mark.parametrize(
    "call", [("--help",), ("event", "aws.s3.object-created"), ("templates", "--json")]
)
def test_what_needs_no_campaign_loads_none_of_its_libraries(call: tuple[str, ...]) -> None:
    heavy = ("moto", "cfnlint", "boto3", "samtranslator", "docker")
    code = (
        "import sys\nfrom harness.cli.main import main\n"
        f"sys.argv = ['faasfuzz', *{call!r}]\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print([n for n in {heavy!r} if n in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stderr.strip() == "[]"
