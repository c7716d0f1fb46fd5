"""Command injection (CWE-78): the payload became a command of its own in a shell line."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from harness.model import Case, Trial, Verdict
from harness.oracles.base import sink_verdict
from harness.oracles.shell import Command, commands


class ProcessOracle:
    """A shell parses the payload into a command; as a quoted word or list argument it is data.

    The payload's text is looked for in the line: a command that begins inside it and carries the
    canary was written by the payload, whatever rule it is for. Where the function changed the text
    on the way, only the shapes that the catalogue's command payloads have are believed.
    """

    rules = ("os-command-injection",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        token = trial.canary.token
        for call in case.observation.outcome.sinks:
            if call.category != "process":
                continue
            line = call.arguments.get("command")
            if isinstance(line, str):
                if token in line and any(_written_by(trial, c) for c in commands(line)):
                    yield sink_verdict("os-command-injection", trial, call, line)
                    return
            elif _chose_program(case, call.arguments):
                yield sink_verdict("os-command-injection", trial, call, str(call.arguments["argv"]))
                return


def _written_by(trial: Trial, command: Command) -> bool:
    token = trial.canary.token
    if not any(token in word for word in command.words):
        return False
    sent = [text for text in (trial.text, trial.value) if isinstance(text, str) and token in text]
    spans = [span for text in sent for span in _spans(command.source, text)]
    if not spans:
        return trial.payload.rule == "os-command-injection" and _has_its_shape(trial, command)
    for start, end in spans:
        if start < command.start < end:
            return True
        # The line begins with the payload. A single word may be a name from a list that was checked
        # by its letters, more than one was split by the shell.
        if command.start == start and any(token in word for word in command.words[1:]):
            return True
    return False


def _spans(source: str, text: str) -> Iterator[tuple[int, int]]:
    at = source.find(text)
    while at >= 0:
        yield at, at + len(text)
        at = source.find(text, at + 1)


def _has_its_shape(trial: Trial, command: Command) -> bool:
    """Whether a command is one that the catalogue's command payloads write."""
    tool = command.words[0].rsplit("/", 1)[-1]
    if tool in ("curl", "wget"):
        return trial.facts.get("oob") in command.words[1:]
    if tool not in ("echo", "printf", "expr") or len(command.words) < 2:
        return False
    shape = rf"{trial.canary.token}(\$\(\(\d+\*\d+\)\)|\d+)"
    return re.match(shape, command.words[1]) is not None


def _chose_program(case: Case, arguments: Mapping[str, Any]) -> bool:
    """Whether the payload's first word became the program of a list of arguments."""
    argv = arguments.get("argv")
    text = case.trial.text
    if not isinstance(argv, list) or not argv or not isinstance(text, str):
        return False
    if case.trial.payload.rule != "os-command-injection" or text.split()[:1] != argv[:1]:
        return False
    if not any(case.trial.canary.token in str(word) for word in argv):
        return False
    ran = [c.arguments.get("argv") for c in case.control.outcome.sinks if c.category == "process"]
    return not any(words and words[0] == argv[0] for words in ran)
