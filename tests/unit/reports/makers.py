"""Makers of reports: a small application, and findings as hostile as real ones."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.model import (
    CampaignReport,
    Confidence,
    Finding,
    FunctionSummary,
    Rule,
    RuleTally,
    Severity,
    Sink,
    Witness,
)

CANARY = "fzabcdefghjkmnpq"

RULES = {
    rule.id: rule
    for rule in (
        Rule(
            id="os-command-injection",
            title="OS command injection",
            severity=Severity.CRITICAL,
            cwe=(78,),
            sas="SAS-1",
            attack="Whoever can write this field runs commands of their own in the function.",
            description="Text from the event is put into a line that a shell parses.",
            remediation="Call the program with a list of arguments and no shell.",
            example={
                "node": 'execFile("convert", [path], done);\n',
                "python": 'subprocess.run(["convert", path], check=True)\n',
            },
            references=("https://cwe.mitre.org/data/definitions/78.html",),
        ),
        Rule(
            id="verbose-error",
            title="Verbose error",
            severity=Severity.LOW,
            cwe=(209,),
            sas="SAS-10",
            attack="Whoever sends a broken event learns how the function is built.",
            description="The answer holds a stack trace.",
            remediation="Answer with an error of your own and log the trace.",
        ),
    )
}


def finding(number: int = 1, **changes: Any) -> Finding:
    """A command injection through base64 in JSON in an SQS body; `number` makes the id."""
    payload = f"x; echo $(({CANARY}))"
    event = {
        "Records": [
            {
                "messageId": "19dd0b57-b21e-4ac1-bd88-01bbb068cb78",
                "body": '{"file": "eDsgZWNobyAkKChmemFiY2RlZmdoamttbnBxKSk="}',
                "eventSource": "aws:sqs",
            }
        ]
    }
    made = Finding(
        id=f"{number:016x}",
        rule="os-command-injection",
        severity=Severity.CRITICAL,
        confidence=Confidence.CONFIRMED,
        function="Resize",
        trigger="aws.sqs.message",
        insertion_point="/Records/0/body!json/file!base64",
        payload_id="sh-semicolon",
        payload=payload,
        event=event,
        state={},
        witness=Witness(kind="computed", seen="1846283746", where="response"),
        sink=Sink(file="app.py", line=5, call="subprocess.run", function="handler"),
        cwe=(78,),
        sas="SAS-1",
        trials_to_detect=41,
        invocations_to_detect=3,
        control_event={"Records": [{"body": '{"file": "eHh4"}', "eventSource": "aws:sqs"}]},
        logs="START\nconverted 1846283746\nEND",
        response='{"out": "1846283746"}',
        calls=('s3.GetObject {"Bucket": "uploads"}',),
        reproduce=(f"faasfuzz replay {number:016x}",),
        seed=7,
    )
    return replace(made, **changes)


def report(*findings: Finding, code: Path | None = None, **changes: Any) -> CampaignReport:
    """A campaign on three functions, of which one never started."""
    made = CampaignReport(
        id="2026-01-02-abcdef",
        name="photo-shop",
        source="/src/photo-shop/template.yaml",
        target="local",
        seed=7,
        started="2026-01-02T03:04:05+00:00",
        finished="2026-01-02T03:06:10+00:00",
        version="0.1.0",
        verdict="findings" if findings else "clean",
        functions=(
            FunctionSummary(
                name="Resize",
                runtime="python3.12",
                handler="app.handler",
                triggers=("aws.sqs.message",),
                invocations=120,
                trials=2400,
                errors=4,
                tested=True,
                points=("/Records/0/body", "/Records/0/body!json/file!base64"),
                learnt=("/Records/0/body!json/file!base64",),
                tallies=(
                    RuleTally(rule="os-command-injection", trials=900, findings=1),
                    RuleTally(rule="sql-injection", trials=1500),
                    RuleTally(rule="xxe", trials=0, skipped=12),
                ),
                seconds=61.25,
                code=str(code) if code else "",
            ),
            FunctionSummary(
                name="Orders",
                runtime="nodejs20.x",
                handler="index.handler",
                triggers=("aws.apigateway.rest-proxy",),
                invocations=80,
                trials=1600,
                tested=True,
                points=("/body",),
                tallies=(RuleTally(rule="sql-injection", trials=1600),),
                seconds=40.0,
            ),
            FunctionSummary(
                name="Broken",
                runtime="python3.12",
                handler="gone.handler",
                triggers=("aws.s3.object-created",),
                reason="ModuleNotFoundError: No module named 'gone'",
            ),
        ),
        findings=findings,
        configuration={"max_time": "10m"},
        application=APPLICATION,
    )
    return replace(made, **changes)


APPLICATION = {
    "name": "photo-shop",
    "functions": [
        {
            "name": "Resize",
            "triggers": [{"template": "aws.sqs.message", "source": "Jobs", "facts": {}}],
        },
        {
            "name": "Orders",
            "triggers": [{"template": "aws.apigateway.rest-proxy", "source": None, "facts": {}}],
        },
        {
            "name": "Broken",
            "triggers": [{"template": "aws.s3.object-created", "source": "Uploads", "facts": {}}],
        },
    ],
    "resources": [
        {"name": "Jobs", "kind": "AWS::SQS::Queue", "physical": "jobs", "arn": ""},
        {"name": "Uploads", "kind": "AWS::S3::Bucket", "physical": "uploads", "arn": ""},
        {"name": "Table", "kind": "AWS::DynamoDB::Table", "physical": "orders", "arn": ""},
    ],
    "edges": [
        {"origin": "Jobs", "to": "Resize", "via": "sqs"},
        {"origin": "Uploads", "to": "Broken", "via": "s3-notification"},
        {"origin": "Orders", "to": "Table", "via": "environment"},
        {"origin": "Orders", "to": "Jobs", "via": "environment"},
        {"origin": "Resize", "to": "Uploads", "via": "environment"},
        {"origin": "Broken", "to": "Jobs", "via": "environment"},
    ],
}
