"""Real handlers of which nothing is seen but answers and errors: are their events found?"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.catalogue.paths import data_folder
from harness.catalogue.templates import load_templates
from harness.events.seed import Seed, make_seed
from harness.events.shapes.errors import from_error, settled
from harness.events.shapes.guess import with_paths
from harness.events.shapes.source import paths
from harness.model import Function, Outcome, Status, Trigger
from harness.targets.local import LocalTarget

TEMPLATES = {t.id: t for t in load_templates(data_folder("event_templates"))}
NODE = "nodejs20.x"
PYTHON = "python3.11"


class BlackBox:
    """A running function, of which only the answer and the error are looked at."""

    def __init__(self, target: LocalTarget, seed: Seed) -> None:
        self._target = target
        self.seed = seed
        self.calls = 0

    def __call__(self, seed: Seed) -> Outcome:
        self.calls += 1
        return self._target.invoke(json.dumps(seed.event).encode())

    def accepted(self, limit: int) -> Seed:
        """A seed that the function accepts, by following what its errors tell."""
        seed, outcome = self.seed, self(self.seed)
        while outcome.status is not Status.OK and self.calls < limit:
            for candidate in from_error(seed, outcome.error):
                tried = self(candidate)
                if tried.status is Status.OK or settled(outcome.error, tried.error):
                    seed, outcome = candidate, tried
                    break
            else:
                break
        assert outcome.status is Status.OK, outcome.error
        return seed


Start = Callable[..., BlackBox]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    targets: list[LocalTarget] = []

    def started(runtime: str, code: str, id: str = "aws.lambda.direct-invoke") -> BlackBox:
        (tmp_path / ("app.js" if runtime == NODE else "app.py")).write_text(code)
        function = Function(
            name="f", runtime=runtime, handler="app.handler", code=tmp_path, memory=256
        )
        target = LocalTarget(function, environment={})
        targets.append(target)
        target.start()
        return BlackBox(target, make_seed(TEMPLATES[id], Trigger(template=id), function))

    yield started
    for target in targets:
        target.stop()


SOURCES = [
    (
        PYTHON,
        "aws.sqs.message",
        "import json\n"
        "def handler(event, context):\n"
        "    order = json.loads(event['Records'][0]['body'])['order']\n"
        "    return [line['sku'] for line in order['lines']], order['customer']['id']\n",
        "/Records/0/body!json/order/lines/0/sku",
    ),
    (
        NODE,
        "aws.apigateway.http",
        "exports.handler = async (event) => {\n"
        "  const { order: { customer, lines } } = JSON.parse(event.body);\n"
        "  return lines.map(({ sku }) => sku.trim()).concat(customer.id.toUpperCase());\n"
        "};\n",
        "/body!json/order/customer/id",
    ),
]


@pytest.mark.parametrize(("runtime", "id", "code", "point"), SOURCES, ids=[PYTHON, NODE])
def test_a_seed_guessed_from_the_source_is_accepted_at_once(
    start, runtime, id, code, point
) -> None:
    box = start(runtime, code, id)
    assert box(box.seed).status is Status.ERROR
    guessed = with_paths(box.seed, paths(box.seed.function.code, "app.handler"))
    assert box(guessed).status is Status.OK
    assert point in {str(p) for p in guessed.points}


MESSAGES = [
    (
        PYTHON,
        "def handler(event, context):\n"
        "    parcel = event['parcel']\n"
        "    if not isinstance(parcel, dict): raise TypeError('parcel must be an object')\n"
        "    return int(parcel['weight']) * 2\n",
        {"parcel": {"weight": 1}},
    ),
    (
        PYTHON,
        "def handler(event, context):\n"
        "    for path, kind in (('order.lines[0].sku', str), ('order.lines[0].qty', int)):\n"
        "        try:\n"
        "            value = event['order']['lines'][0][path[-3:]]\n"
        "        except (KeyError, TypeError, IndexError):\n"
        "            raise ValueError(f'\"{path}\" is required') from None\n"
        "        if not isinstance(value, kind): raise ValueError(f'\"{path}\" must be a number')\n"
        "    if event.get('state') not in ('open', 'closed'):\n"
        "        raise ValueError('\"state\" must be one of [open, closed]')\n",
        {"order": {"lines": [{"sku": "sample-sku", "qty": 1}]}, "state": "open"},
    ),
    (
        NODE,
        "exports.handler = async (event) => {\n"
        "  const { id } = event.order;\n"
        "  return [...event.lines, id.trim()];\n"
        "};\n",
        {"order": {"id": "sample-id"}, "lines": ["sample"]},
    ),
]


@pytest.mark.parametrize(("runtime", "code", "wanted"), MESSAGES, ids=["types", "paths", "node"])
def test_a_black_box_tells_its_shape_by_its_errors(start, runtime, code, wanted) -> None:
    box = start(runtime, code)
    assert box.accepted(limit=60).event == wanted
