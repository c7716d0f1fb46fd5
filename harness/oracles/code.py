"""Code injection (CWE-94, 95) and template injection (CWE-1336), seen where code is executed."""

from collections.abc import Iterator

from harness.model import Case, SinkCall, Verdict
from harness.oracles.base import sink_verdict

# Engines that compile templates to code: code made by them is a template's.
ENGINES = (
    *("jinja2", "mako", "tornado", "django", "chameleon", "genshi", "cheetah", "airspeed"),
    *("ejs", "pug", "jade", "nunjucks", "handlebars", "lodash", "lodash.template", "underscore"),
    *("dot", "eta", "liquidjs"),
)


class CodeOracle:
    """Executed code holds the payload's factors as numbers, or their folded product.

    As data the payload stands inside one string constant of the code (if it is there at all): then
    neither factor is a number of its own. `ast.literal_eval` and a calculator that walks a tree
    compile but never execute, so they give no such record.
    """

    rules = ("code-injection", "ssti")

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        canary = trial.canary
        for call in case.observation.outcome.sinks:
            if call.category != "code" or call.operation != "exec":
                continue
            seen = _structure(call, canary.a, canary.b, canary.product)
            if seen:
                rule = "ssti" if any(name in ENGINES for name in call.through) else "code-injection"
                # Plain arithmetic of a template's payload proves no code: a calculator that lets
                # only digits and operators through may well be built on eval.
                proves = trial.payload.rule == "code-injection" and _by_application(call)
                if rule == "ssti" or proves:
                    yield sink_verdict(rule, trial, call, seen)
                    return


def _structure(call: SinkCall, a: int, b: int, product: int) -> str:
    constants = call.arguments.get("constants") or []
    numbers = {value for value in constants if isinstance(value, (int, float))}
    if product in numbers or str(product) in constants:
        return f"executed code holds {product}, computed from the payload"
    if a in numbers and b in numbers:
        names = ", ".join(call.arguments.get("names") or [])
        return f"executed code multiplies {a} and {b} (names: {names})"
    return ""


def _by_application(call: SinkCall) -> bool:
    """Whether eval or exec was called by the application or a library on its behalf."""
    return call.file is not None


class TemplateOracle:
    """A template engine was given a source in which the payload stands as template syntax."""

    rules = ("ssti",)

    def judge(self, case: Case) -> Iterator[Verdict]:
        trial = case.trial
        if trial.payload.rule != "ssti" or not isinstance(trial.text, str):
            return
        core = f"{trial.canary.a}*{trial.canary.b}"
        for call in case.observation.outcome.sinks:
            if call.category != "template":
                continue
            source = str(call.arguments.get("source", ""))
            at = source.find(core)
            if at >= 0 and _is_expression(source, at, str(call.arguments.get("engine"))):
                yield sink_verdict("ssti", trial, call, source[max(0, at - 100) : at + 100])
                return


_BRACES = (("{{", "}}"), ("{%", "%}"))
_PERCENT = (("<%", "%>"), ("${", "}"))
_MARKS = {
    "nunjucks": _BRACES,
    "liquidjs": _BRACES,
    "handlebars": _BRACES,
    "dot": _BRACES,
    "ejs": _PERCENT,
    "eta": _PERCENT,
    "lodash": _PERCENT,
    "underscore": _PERCENT,
    "pug": (("#{", "}"), ("!{", "}")),
    "jinja2": (("{{", "}}"), ("{%", "%}")),
    "django": (("{{", "}}"), ("{%", "%}")),
    "tornado": (("{{", "}}"), ("{%", "%}")),
    "mako": (("${", "}"), ("<%", "%>")),
}


def _is_expression(source: str, at: int, engine: str) -> bool:
    """Whether a position lies inside the engine's expression marks."""
    for opening, closing in _MARKS.get(engine, ()):
        start = source.rfind(opening, 0, at)
        if start >= 0 and source.rfind(closing, start + len(opening), at) < 0:
            return True
    return False
