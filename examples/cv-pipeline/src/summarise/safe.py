"""The same with the safe loader, which knows plain values only."""

import yaml
from store import summarise, texts


def handler(event, context):
    for key, front, body in texts(event):
        try:
            facts = yaml.safe_load(front)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            print(f"front matter of {key} ignored: {type(error).__name__}")
            facts = {}
        summarise(key, facts if isinstance(facts, dict) else {}, body)
