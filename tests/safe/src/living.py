import functools
import hmac
import json
import os
import random
import threading
import time
import uuid
from urllib.parse import quote

from adapters import direct, http, query, queue, topic

started = time.time()
calls = 0
KEY = b"ks-93-xk"


def slow(value):
    time.sleep(0.02)
    return "done"


def jittery(value):
    time.sleep(random.random() * 0.03)
    return random.random()


def flaky(value):
    if random.random() < 0.1:
        raise RuntimeError("the other side is busy")
    return "done"


def retried(value):
    for pause in (0, 0.001, 0.002):
        time.sleep(pause)
        if random.random() < 0.7:
            return "done"
    return "given up"


def counted(value):
    global calls
    calls += 1
    return {"calls": calls, "up": round(time.time() - started, 3)}


@functools.lru_cache(maxsize=100)
def cached(value):
    return {"value": value, "length": len(value)}


def from_cache(value):
    return cached(str(value))


def big(value):
    return "lorem ipsum " * 20_000


def in_a_thread(value):
    found = []
    worker = threading.Thread(target=lambda: found.append(len(str(value))))
    worker.start()
    worker.join()
    return found


def marked(value):
    return {"id": str(uuid.uuid4()), "at": time.time()}


def names_of_the_environment(value):
    return sorted(name for name in os.environ if name.startswith("LC_"))


def own_stack(value):
    try:
        return {"found": {}[str(value)]}
    except KeyError:
        return {"error": "not found", "id": uuid.uuid4().hex}


def signed(event, context):
    given = str((event.get("headers") or {}).get("x-signature", ""))
    body = str(event.get("body") or "").encode("utf-8", "replace")
    made = hmac.new(KEY, body, "sha256").hexdigest()
    if not hmac.compare_digest(made.encode(), given.encode("utf-8", "replace")):
        print("refused: wrong signature")
        return {"statusCode": 401, "body": "no"}
    return {"statusCode": 200, "body": "yes"}


def away(event, context):
    target = str((event.get("queryStringParameters") or {}).get("to"))
    return {"statusCode": 302, "headers": {"Location": "/go/" + quote(target, safe="")}}


def origin(event, context):
    asked = (event.get("headers") or {}).get("origin")
    headers = {"Access-Control-Allow-Origin": "*"}
    if asked == "https://shop.example.com":
        headers = {"Access-Control-Allow-Origin": asked, "Access-Control-Allow-Credentials": "true"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps({})}


def cookie(event, context):
    theme = str((event.get("queryStringParameters") or {}).get("theme"))
    kept = theme if theme in ("light", "dark") else "light"
    return {"statusCode": 200, "cookies": [f"theme={kept}; Secure; HttpOnly"], "body": "ok"}


def missing(event, context):
    return {"statusCode": 404, "body": "nothing here"}


slow_http, slow_queue = http(slow), queue(slow)
jittery_http, jittery_direct = http(jittery), direct(jittery)
flaky_http, flaky_direct, flaky_topic = http(flaky), direct(flaky), topic(flaky)
retried_http, retried_direct = http(retried), direct(retried)
counted_http, counted_direct = http(counted), direct(counted)
from_cache_http, from_cache_query, from_cache_direct = (
    http(from_cache),
    query(from_cache),
    direct(from_cache),
)
big_http, big_direct = http(big), direct(big)
in_a_thread_http = http(in_a_thread)
marked_http, marked_direct = http(marked), direct(marked)
names_of_the_environment_http = http(names_of_the_environment)
own_stack_http, own_stack_query = http(own_stack), query(own_stack)
