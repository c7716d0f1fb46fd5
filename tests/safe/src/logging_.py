import hashlib
import json
import logging
import sys
import traceback

from adapters import direct, http, queue, stream, topic, upload

logger = logging.getLogger()
logger.setLevel("INFO")


def by_repr(value):
    logger.info("got %r", value)


def as_json(value):
    print(json.dumps({"level": "INFO", "value": value}))


def its_length(value):
    print("got", len(str(value)), "signs")


def its_digest(value):
    print("got", hashlib.sha256(str(value).encode("utf-8", "replace")).hexdigest())


def at_a_level_that_is_off(value):
    logger.debug("got %s", value)


def without_breaks(value):
    print("got", " ".join(str(value).split()))


def own_lines(value):
    for number in range(5):
        print("[INFO] step", number)


def own_trace(value):
    try:
        raise LookupError("nothing was found")
    except LookupError:
        traceback.print_exc(file=sys.stdout)
    return "nothing"


def with_a_handled_error(value):
    try:
        return int(value)
    except (TypeError, ValueError):
        logger.warning("no number: %r", value)
        return 0


by_repr_http, by_repr_queue, by_repr_upload = http(by_repr), queue(by_repr), upload(by_repr)
as_json_topic, as_json_stream = topic(as_json), stream(as_json)
its_length_queue, its_length_direct = queue(its_length), direct(its_length)
its_digest_topic, its_digest_http = topic(its_digest), http(its_digest)
off_http, off_stream = http(at_a_level_that_is_off), stream(at_a_level_that_is_off)
without_breaks_queue, without_breaks_upload = queue(without_breaks), upload(without_breaks)
own_lines_direct = direct(own_lines)
own_trace_http, own_trace_direct = http(own_trace), direct(own_trace)
handled_http, handled_direct = http(with_a_handled_error), direct(with_a_handled_error)
