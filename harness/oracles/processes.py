"""Command injection (CWE-78): the payload became a command of its own in a shell line."""

from collections.abc import Iterator

from harness.model import Case, Verdict
from harness.oracles.base import sink_verdict
from harness.oracles.shell import commands


class ProcessOracle:
    """A shell parses the payload into a command; as a quoted word or list argument it is data.

    The catalogue's payloads carry commands whose first words are a tool and the canary (`echo
    fz...$((...))`). Such a command exists in the parsed line only when the payload broke out.
    """

    rules = ("os-command-injection",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        token = trial.canary.token
        for call in case.observation.outcome.sinks:
            if call.category != "process":
                continue
            line = call.arguments.get("command")
            argv = call.arguments.get("argv")
            if isinstance(line, str) and token in line:
                if any(_is_ours(command.words, token) for command in commands(line)):
                    yield sink_verdict("os-command-injection", trial, call, line)
                    return
            elif line is None and isinstance(argv, list) and argv and token in str(argv[0]):
                # The executable itself is the payload's.
                yield sink_verdict("os-command-injection", trial, call, str(argv))
                return


def _is_ours(words: tuple[str, ...], token: str) -> bool:
    """Whether a command is one that only our payloads would write."""
    if len(words) < 2:
        return False
    tool = words[0].rsplit("/", 1)[-1]
    if tool not in ("echo", "printf", "expr", "curl", "wget", "env"):
        return False
    if tool in ("curl", "wget"):
        return any(token in word for word in words[1:])
    return words[1].startswith(token) and words[1] != token
