"""Verbose errors (CWE-209): the answer tells the caller about the inside of the function."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from harness.model import Case, Confidence, Status, Verdict, Witness
from harness.oracles.base import OracleContext, answer_text, excerpt


@dataclass(frozen=True, slots=True)
class Signature:
    """What an error of some language, database or parser looks like in an answer."""

    name: str
    certain: bool
    pattern: re.Pattern[str]


@lru_cache(maxsize=1)
def signatures() -> tuple[Signature, ...]:
    """The signatures of signatures.yaml, the certain ones first."""
    entries = yaml.safe_load((Path(__file__).parent / "signatures.yaml").read_text("utf-8"))
    made = [Signature(e["name"], e["certain"], re.compile(e["pattern"])) for e in entries]
    return tuple(sorted(made, key=lambda s: not s.certain))


class VerboseErrorOracle:
    """A signature in an answer that the function itself gave, that its caller sees, and that the
    control's answer does not have. What the payload brought along is not the function's."""

    rules = ("verbose-error",)

    def __init__(self, context: OracleContext) -> None:
        root = context.task_root.rstrip("/")
        own = Signature("path of the code", True, re.compile(re.escape(root) + r"/[\w./-]+"))
        self._signatures = (own, *signatures()) if root else signatures()

    def judge(self, case: Case) -> Iterator[Verdict]:
        if (
            not case.alone
            or not case.invocation.template.response.visible
            or case.observation.outcome.status is not Status.OK
            or case.control.outcome.status is not Status.OK
            or case.observation.outcome.raw == case.control.outcome.raw
        ):
            return
        answer = answer_text(case.observation)
        quiet = answer_text(case.control)
        sent = str(case.trial.text)
        for signature in self._signatures:
            match = signature.pattern.search(answer)
            if match is None or signature.pattern.search(quiet) or match.group(0) in sent:
                continue
            yield Verdict(
                rule="verbose-error",
                trial=case.trial,
                witness=Witness(
                    kind="error",
                    seen=excerpt(answer, match.start(), len(match.group(0))),
                    where=f"response ({signature.name})",
                ),
                confidence=Confidence.CONFIRMED if signature.certain else Confidence.TENTATIVE,
            )
            return
