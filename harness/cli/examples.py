"""Examples that the help of each command ends with, by the command's words."""

from collections.abc import Mapping

import click

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "demo": ("faasfuzz demo", "faasfuzz demo --max-time 2m --out demo"),
    "run": (
        "faasfuzz run template.yaml --max-time 10m",
        "faasfuzz run . --function 'Order*' --rule sql-injection --rule ssrf",
        "faasfuzz run cdk.out --seed 7 --max-invocations 500 --workers 2",
        "faasfuzz run . --baseline faasfuzz-baseline.yaml --fail-on medium",
        "faasfuzz run . --resume faasfuzz-out/20260101-020000-4f1c",
        "faasfuzz run . --target docker --no-progress --out nightly",
    ),
    "init": ("faasfuzz init", "faasfuzz init services/shop --force"),
    "discover": ("faasfuzz discover template.yaml", "faasfuzz discover . --json"),
    "event": (
        "faasfuzz event aws.s3.object-created",
        "faasfuzz event aws.sqs.message --set '/Records/0/body!json/invoice=7'",
        "faasfuzz event aws.sns.message --yaml",
    ),
    "templates": (
        "faasfuzz templates --provider azure --search storage",
        "faasfuzz templates --service sqs --json",
    ),
    "templates show": ("faasfuzz templates show aws.sqs.message",),
    "templates check": ("faasfuzz templates check faasfuzz/templates",),
    "templates learn": (
        "faasfuzz templates learn captured.json --id acme.orders.placed > mine/orders.yaml",
        "faasfuzz templates check mine",
    ),
    "payloads": ("faasfuzz payloads", "faasfuzz payloads --json"),
    "payloads show": ("faasfuzz payloads show sql-injection.any.text",),
    "payloads check": ("faasfuzz payloads check faasfuzz/payloads",),
    "rules": ("faasfuzz rules", "faasfuzz rules --json"),
    "rules show": ("faasfuzz rules show ssrf",),
    "rules check": ("faasfuzz rules check my-rules",),
    "replay": (
        "faasfuzz replay 4f1c",
        "faasfuzz replay 4f1c --campaign nightly",
        "faasfuzz replay 4f1c --campaign nightly --source moved/template.yaml",
    ),
    "report": (
        "faasfuzz report nightly --format html,sarif",
        "faasfuzz report nightly --baseline faasfuzz-baseline.yaml --since last-night",
    ),
    "diff": ("faasfuzz diff last-night nightly", "faasfuzz diff findings.json nightly --json"),
    "trend": ("faasfuzz trend", "faasfuzz trend faasfuzz-out --last 10 --json"),
    "export": ("faasfuzz export nightly", "faasfuzz export nightly --finding 4f1c --out tests"),
    "review": (
        "faasfuzz review nightly",
        "faasfuzz review nightly --baseline security/known.yaml --port 8000",
    ),
    "serve": ("faasfuzz serve template.yaml", "faasfuzz serve . --port 3001 --concurrency 4"),
    "listen": (
        "faasfuzz listen --key a-long-random-word",
        "faasfuzz listen --port 80 --log-host 0.0.0.0 --key another-long-random-word",
    ),
    "clean": ("faasfuzz clean nightly",),
    "doctor": ("faasfuzz doctor",),
}


def with_examples(command: click.Command, name: str) -> click.Command:
    """The command with the examples of its name, and so its own commands."""
    lines = EXAMPLES.get(name)
    if lines:
        command.epilog = "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
    if isinstance(command, click.Group):
        for child, found in command.commands.items():
            with_examples(found, f"{name} {child}")
    return command
