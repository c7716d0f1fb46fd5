"""Which function a value in a template means."""

from typing import Any

from harness.discovery.stack import FUNCTIONS, Resource, Stack


def target_function(stack: Stack, value: Any) -> Resource | None:
    """The function that a name, an ARN (of an alias too) or the URI of an integration means."""
    if not isinstance(value, str):
        return None
    if "/functions/" in value:  # arn:aws:apigateway:...:lambda:path/.../functions/ARN/invocations
        value = value.split("/functions/", 1)[1].removesuffix("/invocations")
    for function in stack.of_kind(*FUNCTIONS):
        if value in (function.physical, function.arn) or value.startswith(f"{function.arn}:"):
            return function
    return None
