"""Where moto does the same costly work over and over whose result never changes."""

import functools
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from moto.core import responses
from moto.sns.models import Subscription

from harness.observers.cloud.queues import apply as apply_to_queues


@functools.cache
def _signing_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def apply() -> None:
    """Keep the results. Doing it twice does no harm."""
    module: Any = responses
    lists_methods = module.method_names_from_class  # of a response class, for every call
    if not hasattr(lists_methods, "cache_info"):
        module.method_names_from_class = functools.cache(lists_methods)
    # A key a subscription, made at its first message: 60 ms after every restore.
    subscription: Any = Subscription
    subscription.private_key = lambda _: _signing_key()
    apply_to_queues()
