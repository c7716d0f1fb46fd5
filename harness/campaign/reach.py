"""Whether the trials of a pack were reached: measured against what benign events show.

A pack counts as tested only when the invocation did all that the benign event of as many records
does: it ended as well, and made each AWS call and each sink call at least as often. Otherwise some
trial led the handler past others, and the pack is split.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.campaign.novelty import Learnt, own_values, shows, standing
from harness.campaign.packing import Room
from harness.events.arm import Infeasible
from harness.events.batch import in_record, records_of, widened
from harness.events.seed import Seed
from harness.model import Address, Canary, Observation, Status, Trial

Effect = tuple[str, ...]
# Records of the batch that shows whether a handler walks through all of them.
_WALK = 3
Observe = Callable[[Seed, bool], Observation]


@dataclass(frozen=True, slots=True)
class Benign:
    """What an event of one learnt seed does when nothing hostile is in it.

    `once` counts what happens in an invocation whatever it carries, `each` what happens for every
    record.
    """

    room: Room = field(default_factory=Room)
    standing: int = 0
    once: Counter[Effect] = field(default_factory=Counter)
    each: Counter[Effect] = field(default_factory=Counter)

    def expects(self, records: int) -> dict[Effect, int]:
        """How often each effect is due in a batch of so many records."""
        effects = self.once.keys() | self.each.keys()
        return {e: self.once[e] + records * self.each[e] for e in effects}


def calibrate(learnt: Learnt, observe: Observe) -> Benign:
    """Look at benign events of one and of several records. `observe(seed, learn)` invokes."""
    one = observe(learnt.seed, False)
    if one.outcome.init is not None:  # a cold start also shows what happens only once
        one = observe(learnt.seed, False)
    level = standing(one)
    effects = effects_of(one)
    visible = bool(effects) or any(shows(one, value) for value in own_values(learnt)[:8])
    room = Room(records=1, together=visible and level > 0)
    possible = records_of(learnt.seed)
    if possible < _WALK or level == 0:
        return Benign(room=room, standing=level, once=effects)
    wide = widened(learnt.seed, _WALK)
    try:
        several = observe(wide, False)
        read = observe(wide, True).outcome.reads
    except Infeasible:
        return Benign(room=room, standing=level, once=effects)
    more = effects_of(several)
    grown = Counter({e: (more[e] - effects[e]) // (_WALK - 1) for e in more if more[e]})
    each = +grown
    last = {r.address for r in read}
    walked = [
        str(in_record(wide, Address.parse(address), _WALK - 1)) in last
        for address in learnt.read
        if in_record(wide, Address.parse(address), 1) != Address.parse(address)
    ]
    if standing(several) < level or not (each or (walked and all(walked))):
        return Benign(room=room, standing=level, once=effects)
    return Benign(
        room=Room(records=possible, together=room.together),
        standing=level,
        once=effects - each,
        each=each,
    )


def went_well(observation: Observation, benign: Benign, records: int) -> bool:
    """Whether an invocation did everything that the benign event of as many records does."""
    if observation.outcome.status is not Status.OK or standing(observation) < benign.standing:
        return False
    expected = benign.expects(records)
    if not expected:
        return True
    seen = effects_of(observation)
    return all(seen[effect] >= times for effect, times in expected.items())


def effects_of(observation: Observation) -> Counter[Effect]:
    """AWS calls by operation and sink calls by place; values do not count."""
    counted: Counter[Effect] = Counter(
        ("aws", call.service, call.operation) for call in observation.calls
    )
    counted.update(
        (sink.category, sink.operation, sink.file or "", str(sink.line))
        for sink in observation.outcome.sinks
        if sink.file is not None
    )
    return counted


def traces(observation: Observation) -> str:
    """Everything in which a trial's canary can show, as one text to search."""
    outcome = observation.outcome
    error = outcome.error
    return "\n".join(
        (
            outcome.raw,
            outcome.logs,
            error.message if error else "",
            *(str(sink.arguments) for sink in outcome.sinks),
            *(str(call.parameters) for call in observation.calls),
            *(f"{callback.token} {callback.path}" for callback in observation.callbacks),
        )
    )


def shows_trial(text: str, trial: Trial) -> bool:
    """Whether anything of a trial's canary is in a text of traces()."""
    canary: Canary = trial.canary
    return (
        canary.token in text
        or str(canary.product) in text
        or (str(canary.a) in text and str(canary.b) in text)
    )
