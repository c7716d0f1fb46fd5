"""Templates on disk, and event templates that claim the usual triggers."""

from pathlib import Path
from textwrap import dedent

import pytest

from harness.discovery import discover
from harness.errors import UsageError
from harness.model import Application, EventTemplate, ResponseContract

CLAIMS: tuple[tuple[str, dict[str, str]], ...] = (
    ("alb", {"sam": "ALB"}),
    ("direct", {"sam": "Invoke"}),
    ("dynamodb", {"sam": "DynamoDB"}),
    ("eventbridge", {"sam": "EventBridgeRule"}),
    ("eventbridge-s3", {"sam": "EventBridgeRule", "source": "aws.s3"}),
    ("function-url", {"sam": "FunctionUrl"}),
    ("http", {"sam": "HttpApi"}),
    ("kinesis", {"sam": "Kinesis"}),
    ("logs", {"sam": "CloudWatchLogs"}),
    ("rest", {"sam": "Api"}),
    ("rest", {"sam": "HttpApi", "payload": "1.0"}),
    ("s3", {"sam": "S3"}),
    ("schedule", {"sam": "Schedule"}),
    ("schedule", {"sam": "ScheduleV2"}),
    ("ses", {"sam": "SES"}),
    ("sns", {"sam": "SNS"}),
    ("sns-ses", {"sam": "SNS", "via": "ses"}),
    ("sqs", {"sam": "SQS"}),
    ("sqs-s3", {"sam": "SQS", "via": "s3"}),
    ("sqs-sns", {"sam": "SQS", "via": "sns"}),
)


def event_template(name: str, claim: dict[str, str]) -> EventTemplate:
    return EventTemplate(
        id=name,
        provider="aws",
        service=name,
        title=name,
        source="",
        event={},
        points=(),
        response=ResponseContract(kind="any", visible=False),
        declared=(claim,),
    )


TEMPLATES = tuple(event_template(name, claim) for name, claim in CLAIMS)
# Of services that the tests of SAM and CloudFormation leave unclaimed.
MORE = (
    event_template("alexa", {"sam": "AlexaSkill"}),
    event_template("authorizer", {"sam": "Authorizer"}),
    event_template("cognito", {"sam": "Cognito"}),
    event_template("edge", {"sam": "CloudFront"}),
    event_template("eventbridge-s3", {"sam": "CloudWatchEvent", "source": "aws.s3"}),
    event_template("iot", {"sam": "IoTRule"}),
    event_template("kafka", {"sam": "SelfManagedKafka"}),
    event_template("mq", {"sam": "MQ"}),
    event_template("msk", {"sam": "MSK"}),
    event_template("websocket", {"sam": "WebSocket"}),
)


class Project:
    """A folder with `src/app.py` in it, into which templates are written."""

    templates = TEMPLATES

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file("src/app.py", "def handler(event, context): ...")

    def file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return path

    def discover(
        self, text: str, name: str = "template.yaml", parameters: dict[str, str] | None = None
    ) -> Application:
        return discover(
            self.file(name, text),
            parameters=parameters,
            templates=self.templates,
            workdir=self.folder / "work",
        )

    def mistake(self, text: str, name: str = "template.yaml", **parameters: str) -> str:
        """The one line that a wrong template gives, without the folder's name."""
        with pytest.raises(UsageError) as raised:
            self.discover(text, name, parameters)
        told = str(raised.value)
        assert "\n" not in told
        return told.replace(f"{self.folder}/", "")


def sam(events: str, more: str = "") -> str:
    """A function with events (indented by 8), and other resources (indented by 2)."""
    return (
        "Resources:\n  Worker:\n    Type: AWS::Serverless::Function\n    Properties:\n"
        "      Runtime: python3.12\n      Handler: app.handler\n      CodeUri: src\n"
        f"      Events:\n{events}{more}"
    )


def only(application):
    """(template id, facts, source) of the only trigger of the only function."""
    (function,) = application.functions
    (trigger,) = function.triggers
    return trigger.template, trigger.facts, trigger.source
