"""The pages that follow from the code and the catalogues, made while the site is built."""

import json
from collections import defaultdict
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

import click
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from harness.cli.loading import load_catalogue
from harness.cli.main import cli
from harness.model import EventTemplate, Payload, Rule
from harness.reports import REPORTERS
from harness.targets import registry
from harness.targets.base import OBSERVERS, Narrowing

_SCHEMA = Path(__file__).parents[1] / "harness" / "reports" / "findings.schema.json"
_CONTROL = {
    "anyone": "anyone who reaches the trigger",
    "tenant": "a user or a system with access to the source",
    "service": "the cloud's own service",
    "operator": "whoever operates the application",
}

_OBSERVED = {
    "logs": "what the function writes to stdout and stderr",
    "memory": "the peak of its memory",
    "cpu": "the CPU time of a call",
    "fresh": "a runtime that has handled no call, to tell state that is left from call to call",
    "cloud": "each call of AWS that the function makes, and what it stores",
    "callbacks": "requests and DNS lookups that reach the listener",
    "files": "planted files, whose text shows that they were read",
    "sensors": "the sinks inside the process, with file and line",
    "coverage": "the lines that are reached for the first time",
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    catalogue = load_catalogue()
    pages = {
        "reference/cli.md": "\n".join(_commands(cli, "faasfuzz")),
        "reference/rules.md": "\n".join(_rules(list(catalogue.rules.values()))),
        "reference/payloads.md": "\n".join(_payloads(catalogue.payloads)),
        "reference/files.md": "\n".join(_files()),
        "reference/targets.md": "\n".join(_targets()),
    }
    providers: dict[str, list[EventTemplate]] = defaultdict(list)
    for template in catalogue.templates.values():
        providers[template.provider].append(template)
    pages["reference/templates.md"] = "\n".join(_providers(providers))
    for provider, templates in providers.items():
        pages[f"reference/templates/{provider}.md"] = "\n".join(_templates(provider, templates))
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text + "\n"))
    files.append(
        File.generated(config, "reference/findings.schema.json", abs_src_path=str(_SCHEMA))
    )
    return files


def _commands(command: click.Command, name: str) -> Iterator[str]:
    yield "# Commands\n"
    yield "Every command has `--help`. A mistake in a call is told in one line, with exit code 2.\n"
    yield from _command(command, name, None)


def _command(command: click.Command, name: str, parent: click.Context | None) -> Iterator[str]:
    context = click.Context(command, info_name=name.rpartition(" ")[2], parent=parent)
    if parent is not None:
        yield f"## {name}\n"
        yield f"```\n{command.get_usage(context).removeprefix('Usage: ')}\n```\n"
    yield _words(command.help or "") + "\n"
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    records = [record for option in options if (record := option.get_help_record(context))]
    if records:
        yield "| option | does |\n| --- | --- |"
        for told, words in records:
            yield f"| `{_cell(told)}` | {_cell(words)} |"
        yield ""
    if parent is not None and command.epilog:
        yield "```\n" + "\n".join(cleandoc(command.epilog).split("\n")[2:]) + "\n```\n"
    if isinstance(command, click.Group):
        for child in sorted(command.list_commands(context)):
            found = command.get_command(context, child)
            assert found is not None
            yield from _command(found, f"{name} {child}", context)


def _words(text: str) -> str:
    """A command's help as Markdown: what click prints as it stands becomes a code block."""
    parts = []
    for part in cleandoc(text).split("\n\n"):
        if part.startswith("\b"):
            parts.append("```\n" + part.removeprefix("\b").lstrip("\n") + "\n```")
        else:
            parts.append(part)
    return "\n\n".join(parts)


def _rules(rules: list[Rule]) -> Iterator[str]:
    yield "# Rules\n"
    yield "A finding is reported under one of these. `faasfuzz run --rule ID` looks for it alone.\n"
    for rule in sorted(rules, key=lambda r: (r.severity.rank, r.id)):
        yield f"## {rule.id}\n"
        cwe = ", ".join(
            f"[CWE-{n}](https://cwe.mitre.org/data/definitions/{n}.html)" for n in rule.cwe
        )
        yield f"**{rule.title}**: {rule.severity}, {cwe}, {rule.sas}.\n"
        yield f"{rule.attack}\n\n{rule.description}\n\n**The mend.** {rule.remediation}\n"
        for language, code in rule.example.items():
            yield f"```{language.replace('node', 'javascript')}\n{code.rstrip()}\n```\n"


def _providers(providers: dict[str, list[EventTemplate]]) -> Iterator[str]:
    yield "# Event templates\n"
    yield "Every way an event reaches a function, and the fields that somebody outside writes to.\n"
    yield "| provider | services | templates |\n| --- | --- | --- |"
    for provider in sorted(providers):
        services = sorted({template.service for template in providers[provider]})
        link = f"[{provider}](templates/{provider}.md)"
        yield f"| {link} | {', '.join(services)} | {len(providers[provider])} |"


def _templates(provider: str, templates: list[EventTemplate]) -> Iterator[str]:
    yield f"# Event templates: {provider}"
    services: dict[str, list[EventTemplate]] = defaultdict(list)
    for template in templates:
        services[template.service].append(template)
    for service in sorted(services):
        yield f"\n## {service}\n"
        for template in sorted(services[service], key=lambda t: t.id):
            source = f" ([source]({template.source}))" if template.source else ""
            yield f"### {template.id}\n\n{template.title}{source}\n"
            if template.notes:
                yield f"{template.notes}\n"
            yield "| insertion point | who writes it | limits |\n| --- | --- | --- |"
            for point in template.points:
                limits = [f"at most {point.max_bytes:,} bytes"] if point.max_bytes else []
                limits += [f"`{_cell(point.pattern)}`"] if point.pattern else []
                who = _CONTROL.get(point.control, point.control)
                yield f"| `{_cell(str(point))}` | {who} | {', '.join(limits)} |"
            commands = f"faasfuzz event {template.id}\nfaasfuzz run . --trigger {template.id}"
            yield f"\n```\n{commands}\n```\n"


def _payloads(payloads: tuple[Payload, ...]) -> Iterator[str]:
    yield "# Payloads\n"
    yield (
        "Each proves and never destroys. Placeholders are told in "
        "[Write a payload](../extend/payload.md)."
    )
    rules: dict[str, list[Payload]] = defaultdict(list)
    for payload in payloads:
        rules[payload.rule].append(payload)
    for rule in sorted(rules):
        yield f"\n## {rule}\n\n| id | context | payload |\n| --- | --- | --- |"
        for payload in sorted(rules[rule], key=lambda p: (p.priority, p.id)):
            template = payload.template
            text = template if isinstance(template, str) else json.dumps(template)
            shown = text if len(text) <= 90 else f"{text[:87]}..."
            yield f"| `{payload.id}` | {_cell(payload.context)} | {_code(shown)} |"


def _files() -> Iterator[str]:
    yield "# Files and exit codes\n"
    yield (
        "A campaign's folder holds `campaign.db` (everything, for resume, replay, report, diff) "
        "and:\n"
    )
    yield "| format | file | holds |\n| --- | --- | --- |"
    for reporter in REPORTERS:
        told = (type(reporter).__doc__ or "").strip()
        yield f"| `{reporter.format}` | `{reporter.filename}` | {_cell(told)} |"
    yield (
        "\n`run` writes html, json, sarif, junit and markdown; `faasfuzz report CAMPAIGN --format "
        "gitlab,csv` writes the others from the same campaign.\n"
    )
    yield "## Exit codes\n\n| code | means |\n| --- | --- |"
    for code, means in (
        (0, "nothing at or above `--fail-on` that the baseline does not know"),
        (1, "findings at or above `--fail-on`"),
        (
            2,
            "the call, the configuration or a file is wrong: one line says what and how to mend it",
        ),
        (3, "something could not be tested: the report says which and why; findings win over this"),
        (130, "interrupted; what was done is kept and `--resume` goes on"),
    ):
        yield f"| {code} | {means} |"
    yield "\n## findings.json\n\nIts [schema](findings.schema.json) (JSON Schema 2020-12):\n"
    yield f"```json\n{_SCHEMA.read_text(encoding='utf-8').rstrip()}\n```"


def _targets() -> Iterator[str]:
    yield "# Targets and what they observe\n"
    yield (
        "`--target` takes one of these. What it does not observe is said in each report: the "
        "silence of an observer that is not there says nothing. Payloads whose witness only such "
        "an observer can see are not sent. [Choose a target](../howto/targets.md) tells how each "
        "is used.\n"
    )
    assert _OBSERVED.keys() == OBSERVERS
    yield f"| target | {' | '.join(_OBSERVED)} |\n| --- |{' --- |' * len(_OBSERVED)}"
    for name in registry.names():
        way = registry.provider(name)
        # What is elsewhere may call back to a listener elsewhere.
        partly = {"callbacks": "with a listener of yours"} if isinstance(way, Narrowing) else {}
        cells = [partly.get(each, "") if each in way.lacks else "yes" for each in _OBSERVED]
        yield f"| `{name}` | {' | '.join(cells)} |"
    yield "\n| observer | sees |\n| --- | --- |"
    for each, sees in _OBSERVED.items():
        yield f"| {each} | {sees} |"
    yield (
        "\nFewer where a function's runtime has none: sensors and coverage are those of Python and "
        "Node.js (`docker`: no coverage), and `sam` with `url` or `api_url`, which joins what "
        "somebody else has started, sees answers only."
    )


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _code(text: str) -> str:
    """A code span: a payload may hold backticks, line breaks and what ends a table's cell."""
    visible = "".join(c if c.isprintable() else repr(c)[1:-1] for c in text).replace("|", "\\|")
    fence = "`"
    while fence in visible:
        fence += "`"
    return f"{fence} {visible} {fence}" if "`" in visible else f"`{visible}`"
