"""The shell lexer agrees with a real shell about what is a command."""

import shlex
import subprocess

import pytest

from harness.model import SinkCall
from harness.oracles.processes import ProcessOracle
from harness.oracles.shell import commands
from tests.unit.oracles.makers import CANARY, case, outcome, sink

MARK = "fzmark"


@pytest.mark.parametrize(
    "line",
    [
        f"true x;echo {MARK}",
        f"true 'x;echo {MARK}'",
        f'true "x;echo {MARK}"',
        f'true "x$(echo {MARK} >&2)"',
        f"true x`echo {MARK} >&2`",
        f"true 'x$(echo {MARK} >&2)'",
        f'true "x\\$(echo {MARK} >&2)"',
        f"true x\\;echo {MARK}",
        f"true x\necho {MARK}",
        f"true x # y;echo {MARK}",
        f"true x#y;echo {MARK}",
        f"true 2>&1 echo {MARK}",
        f"true >/dev/null;echo {MARK}",
        f"false || echo {MARK}",
        f"( echo {MARK} )",
        f"true $((1+(2*3)));echo {MARK}",
        f"sh -c 'true x;echo {MARK}'",
        f"sh -c 'true \"x;echo {MARK}\"'",
        f'eval "true x;echo {MARK}"',
        f"true <<END\nx;echo {MARK}\nEND",
        f"true <<END\nx$(echo {MARK} >&2)\nEND",
        f"true <<'END'\nx$(echo {MARK} >&2)\nEND",
        f"true <<'END'\nx\nEND\necho {MARK}",
        f"true ${{IFS}}x;echo${{IFS}}{MARK}",
        f"ec\\\nho {MARK}",
        f"e''cho {MARK}",
    ],
)
def test_an_echo_is_a_command_exactly_when_a_shell_runs_it(line: str) -> None:
    ran = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=False)
    told = any(c.words[0] == "echo" and MARK in c.words[1:2] for c in commands(line))
    assert told is (MARK in ran.stdout + ran.stderr)


def test_a_long_word_is_read_in_linear_time_and_an_odd_line_ends() -> None:
    assert next(commands("a" * 200_000)).words == ("a" * 200_000,)
    for odd in ("", "'", '"', "$(", "`", "<<", "<<'", "\\", "$((", "a <<E", "&>", "$(" * 50):
        list(commands(odd))


def judged(rule: str, text: str, line: str) -> bool:
    seen = outcome(sinks=[sink("process", "os.system", command=line, argv=None)])
    return bool(list(ProcessOracle().judge(case(rule, text, seen))))


COMMAND = f"x;echo {CANARY.token}$(({CANARY.a}*{CANARY.b}))"


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("os-command-injection", COMMAND),
        ("os-command-injection", f"{CANARY.token};echo {CANARY.token}$((3*5));.txt"),
        ("os-command-injection", f"x';curl -s http://h/{CANARY.token} #"),
        ("ssrf", f"http://127.0.0.1:5000/{CANARY.token}"),
        ("ssti", f"{CANARY.token}{{{{3*5}}}}{CANARY.token}${{3*5}}"),
        ("verbose-error", f"{CANARY.token}'\""),
    ],
)
@pytest.mark.parametrize(
    "line",
    ["echo {}", "echo {} | md5sum", "curl -s {}", "curl https://h/?q={}", "sh -c 'cat \"$0\"' {}"],
)
def test_a_quoted_argument_of_any_tool_is_no_finding(rule: str, text: str, line: str) -> None:
    assert not judged(rule, text, line.format(shlex.quote(text)))


@pytest.mark.parametrize(
    "line",
    [
        f"curl -s {COMMAND}",
        f"bash -c 'convert {COMMAND}'",
        f'eval "convert {COMMAND}"',
        f"convert a <<END\n$(echo {CANARY.token}$((3*5)))\nEND",
        f"convert {COMMAND.upper().replace(CANARY.token.upper(), CANARY.token)}".replace(
            "ECHO", "echo"
        ),
    ],
)
def test_a_command_is_found_behind_other_tools_inner_shells_and_changes(line: str) -> None:
    assert judged("os-command-injection", COMMAND, line)


def test_another_rules_payload_that_splits_a_line_is_command_injection_all_the_same() -> None:
    text = f"x; {CANARY.token} y"
    assert judged("verbose-error", text, f"convert {text}")
    assert not judged("verbose-error", text, f"convert {shlex.quote(text)}")


def test_a_checked_word_in_front_of_a_line_is_no_finding() -> None:
    assert not judged("verbose-error", CANARY.token, f"{CANARY.token} --version")


def program(text: str, argv: list[str], usual: list[str]) -> bool:
    def ran(words: list[str]) -> list[SinkCall]:
        return [sink("process", "subprocess.Popen", command=None, argv=words)]

    told = case(
        "os-command-injection",
        text,
        outcome(sinks=ran(argv)),
        control=outcome(sinks=ran(usual)),
    )
    return bool(list(ProcessOracle().judge(told)))


def test_choosing_the_program_of_a_list_is_found_and_an_argument_is_not() -> None:
    text = f"echo {CANARY.token}$((3*5))"
    assert program(text, ["echo", f"{CANARY.token}$((3*5))"], ["ls"])
    assert not program(text, ["convert", text], ["convert", "x"])
    assert not program(text, ["echo", text], ["echo", "x"])
