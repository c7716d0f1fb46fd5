"""The hosts of other platforms, played inside the function's process.

Each module here has `handle(event, context)`: our client calls it as a Lambda handler, and it calls
the function as its own platform would, with the types of that platform's own package. So a function
of Azure, Google or OpenWhisk runs under the same sensors and limits as one of AWS. Python 3.8 on.
"""

import json
import os


def settings():
    """What the target says of the function, taken out of its environment: handler, root."""
    return json.loads(os.environ.pop("FAASFUZZ_HOST"))


class HostError(Exception):
    """The function cannot be loaded as its platform would."""


def called(root, call):
    """What a call gives; an error of the function's begins where the function does.

    The frames of the platform's own packages in front of it tell nothing of the function.
    """
    try:
        return call()
    except Exception as error:
        trace = error.__traceback__
        while trace is not None and not trace.tb_frame.f_code.co_filename.startswith(root):
            trace = trace.tb_next
        raise error.with_traceback(trace or error.__traceback__) from error.__cause__


def text_or_base64(body):
    """(text, whether it is base64) of an answer's bytes."""
    import base64

    try:
        return body.decode("utf-8"), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), True


def http_answer(status, headers, body):
    """An HTTP answer as the caller gets it; `headers` are pairs, `body` is bytes."""
    text, encoded = text_or_base64(body)
    pairs = [(str(name).lower(), str(value)) for name, value in headers]
    told = {
        "statusCode": int(status),
        "headers": {name: value for name, value in pairs if name != "set-cookie"},
        "body": text,
    }
    cookies = [value for name, value in pairs if name == "set-cookie"]
    if cookies:
        told["cookies"] = cookies
    if encoded:
        told["isBase64Encoded"] = True
    return told
