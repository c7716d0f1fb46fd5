"""What worker processes need, imported by the server that they are forked from.

Importing makes some 300,000 objects that never go. Python's collector would look through them again
and again on the way, a fifth of the time, and once more in each worker.
"""

import gc

gc.disable()

import harness.campaign.worker  # noqa: E402
import harness.observers.cloud.warm  # noqa: E402
import harness.targets.local  # noqa: E402, F401

gc.freeze()
gc.enable()
