"""Writes a summary row for each text. The flaw: its front matter is loaded with an unsafe loader."""

import yaml
from store import summarise, texts


def handler(event, context):
    for key, front, body in texts(event):
        try:
            # yaml.UnsafeLoader builds any object that the text names.
            facts = yaml.load(front, Loader=yaml.UnsafeLoader)
        except Exception as error:
            print(f"front matter of {key} ignored: {type(error).__name__}")
            facts = {}
        summarise(key, facts if isinstance(facts, dict) else {}, body)
