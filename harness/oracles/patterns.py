"""Event patterns of EventBridge: which events a rule lets through.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
"""

import json
from collections.abc import Mapping
from typing import Any


def passes(facts: Mapping[str, str], entry: Mapping[str, Any]) -> bool:
    """Whether an entry of PutEvents comes to a rule's target; `facts` are those of the rule.

    A rule without a pattern (a schedule) lets nothing through. moto judges the pattern; one that it
    does not understand lets everything through.
    """
    bus = str(entry.get("EventBusName") or "default").rsplit("/", 1)[-1]
    if bus != facts.get("bus", "default") or "pattern_json" not in facts:
        return False
    from moto.events.models import EventPattern  # slow to load, and few functions write events

    try:
        detail = json.loads(entry.get("Detail", "{}"))
        event: Any = {
            "source": entry.get("Source"),
            "detail-type": entry.get("DetailType"),
            "resources": entry.get("Resources", []),
            "detail": detail,
        }
        return bool(EventPattern.load(facts["pattern_json"]).matches_event(event))
    except (ValueError, TypeError, KeyError):
        return True
