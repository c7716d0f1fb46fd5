"""What a call of the local cloud costs a function, against moto's own threaded server.

A child process with boto3 makes each call; the servers, in a process each, take turns within one
run, so that a slow moment of the machine hits all. `floor` is an HTTP server that answers at once
with nothing: what boto3 itself costs. `call` is the time the caller waits; `server` is the
processor time of the server's process. The least of all rounds counts, as other work on the machine
only ever adds; the ratios are as they are.

Then the cost of one call and of putting everything back, with 10,000 messages, rows or objects
stored and with few: neither may grow with what is stored.

    python benchmarks/cloud.py [--rounds 15] [--calls 25] [--stored 10000]
"""

import argparse
import logging
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from harness.model import Application, ResolvedResource
from harness.observers.cloud import LocalCloud
from harness.observers.cloud.dispatch import Dispatcher
from harness.observers.cloud.inside import Inside
from harness.observers.cloud.request import Answer, Request
from harness.observers.cloud.server import Server
from harness.observers.cloud.state import Snapshot

KINDS = ("ours", "moto", "floor")
CLIENT = """
import boto3, os, sys, time
s3, db, sqs, sns = (boto3.client(n) for n in ("s3", "dynamodb", "sqs", "sns"))
floor = sys.argv[1] == "floor"
url, topic = os.environ["AWS_ENDPOINT_URL"] + "/123456789012/bench", "arn:aws:sns:us-east-1:1:t"
if not floor:
    s3.create_bucket(Bucket="bench")
    db.create_table(TableName="bench", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    url = sqs.create_queue(QueueName="bench")["QueueUrl"]
    topic = sns.create_topic(Name="bench")["TopicArn"]
body, key = b"x" * 100, {"id": {"S": "1"}}
calls = {
    "s3.put_object": lambda: s3.put_object(Bucket="bench", Key="k", Body=body),
    "dynamodb.put_item": lambda: db.put_item(TableName="bench", Item=key),
    "sqs.send_message": lambda: sqs.send_message(QueueUrl=url, MessageBody="x"),
    "s3.get_object": lambda: s3.get_object(Bucket="bench", Key="k")["Body"].read(),
    "dynamodb.get_item": lambda: db.get_item(TableName="bench", Key=key),
    "sns.publish": lambda: floor or sns.publish(TopicArn=topic, Message="x"),
}
for line in sys.stdin:
    name, count = line.split()
    call = calls[name]
    begun = time.perf_counter()
    for _ in range(int(count)):
        call()
    print((time.perf_counter() - begun) * 1000 / int(count), flush=True)
    if name.startswith("sqs") and not floor:
        sqs.delete_queue(QueueUrl=url)  # in moto its cost grows with the length of the queue
        sqs.create_queue(QueueName="bench")
"""
CALLS = (
    "s3.put_object",
    "dynamodb.put_item",
    "sqs.send_message",
    "s3.get_object",
    "dynamodb.get_item",
    "sns.publish",
)


def serve(kind: str) -> None:
    """Run one kind of server until standard input ends.

    Its endpoint goes to standard output, then for each line read the milliseconds it has computed.
    """
    if kind == "moto":
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line a request costs too
        threaded = ThreadedMotoServer(port=0, verbose=False)
        threaded.start()
        host, port = threaded.get_host_and_port()
        print(f"http://{host.replace('0.0.0.0', '127.0.0.1')}:{port}", flush=True)
    elif kind == "ours":
        cloud = LocalCloud(Application(name="bench", source=Path(), functions=()), decoys={})
        cloud.start()
        print(cloud.endpoint, flush=True)
    else:
        server = Server(nothing)
        server.start()
        print(f"http://127.0.0.1:{server.port}", flush=True)
    for _ in sys.stdin:
        print(time.process_time() * 1000, flush=True)


def nothing(request: Request) -> Answer:
    """The shortest answer each protocol takes."""
    body = b"{}" if "X-Amz-Target" in request.headers else b""
    return Answer(status=200, headers={}, body=body)


def child(command: list[str], **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def ask(process: "subprocess.Popen[str]", line: str) -> float:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def compare(rounds: int, calls: int) -> None:
    servers, clients = {}, {}
    for kind in KINDS:
        servers[kind] = child([__file__, "--serve", kind])
        endpoint = servers[kind].stdout.readline().strip()  # type: ignore[union-attr]
        clients[kind] = child(
            ["-c", CLIENT, kind],
            AWS_ENDPOINT_URL=endpoint,
            AWS_ACCESS_KEY_ID="ASIA" + "A" * 16,
            AWS_SECRET_ACCESS_KEY="x" * 40,
            AWS_REGION="us-east-1",
            AWS_DEFAULT_REGION="us-east-1",
        )
    waited: dict[tuple[str, str], list[float]] = {}
    computed: dict[tuple[str, str], list[float]] = {}
    for number in range(rounds + 1):
        for name in CALLS:
            for kind in KINDS:
                before = ask(servers[kind], "")
                time_each = ask(clients[kind], f"{name} {calls}")
                cpu_each = (ask(servers[kind], "") - before) / calls
                if number:  # the first round warms up
                    waited.setdefault((name, kind), []).append(time_each)
                    computed.setdefault((name, kind), []).append(cpu_each)
    for process in (*clients.values(), *servers.values()):
        process.terminate()
        process.communicate()
    print(f"{'ms':20}{'call':>8}{'moto':>8}{'ratio':>8}{'floor':>8}  |{'server':>8}", end="")
    print(f"{'moto':>8}{'ratio':>8}")
    for name in CALLS:
        ours, moto, floor = (min(waited[name, kind]) for kind in KINDS)
        cpu, theirs, _ = (min(computed[name, kind]) for kind in KINDS)
        print(f"{name:20}{ours:8.2f}{moto:8.2f}{ours / moto:8.2f}{floor:8.2f}  |", end="")
        print(f"{cpu:8.2f}{theirs:8.2f}{cpu / theirs:8.2f}")


def grow(stored: int) -> None:
    """Processor milliseconds of one call and one restore, by how much is stored."""
    resources = (
        ResolvedResource(name="B", kind="AWS::S3::Bucket", physical="bucket"),
        ResolvedResource(name="T", kind="AWS::Serverless::SimpleTable", physical="table"),
        ResolvedResource(name="Q", kind="AWS::SQS::Queue", physical="queue"),
    )
    application = Application(name="bench", source=Path(), functions=(), resources=resources)
    cloud = LocalCloud(application, decoys={})
    cloud.start()
    inside = Inside(Dispatcher(application.account), application.region)
    queue = {"QueueUrl": "http://local/queue"}

    def sqs(number: int) -> None:
        inside.call("sqs", "SendMessage", {**queue, "MessageBody": str(number)})

    def work() -> None:
        sqs(0)
        (got,) = inside.call("sqs", "ReceiveMessage", queue)["Messages"]
        inside.call("sqs", "DeleteMessage", {**queue, "ReceiptHandle": got["ReceiptHandle"]})

    def dynamodb(number: int) -> None:
        item = {"id": {"S": str(number)}, "a": {"S": "b"}, "n": {"N": "1"}}
        inside.call("dynamodb", "PutItem", {"TableName": "table", "Item": item})

    def s3(number: int) -> None:
        inside.call("s3", "PutObject", {"Bucket": "bucket", "Key": str(number), "Body": b"x"})

    print(f"\n{'ms':34}{'few':>10}{f'{stored:,}':>10}")
    kinds: tuple[tuple[str, Callable[[int], None], Callable[[], None]], ...] = (
        ("sqs", sqs, work),
        ("dynamodb", dynamodb, lambda: dynamodb(0)),
        ("s3", s3, lambda: s3(0)),
    )
    for name, put, one in kinds:
        rows: dict[str, list[float]] = {}
        for count in (3, stored):
            for label, cost in measure(name, put, one, count):
                rows.setdefault(label, []).append(cost)
        cloud.stop()
        cloud.start()
        for label, (few, many) in rows.items():
            print(f"{name + ': ' + label:34}{few:10.3f}{many:10.3f}")
    cloud.stop()


def measure(
    name: str, put: Callable[[int], None], one: Callable[[], None], count: int
) -> Iterator[tuple[str, float]]:
    empty = Snapshot()
    for number in range(count):
        put(number)
    yield "a call", timed(one)
    held = Snapshot()

    def restored() -> float:
        one()
        return timed(lambda: held.restore([name]), 1)

    yield "restore of one change", statistics.median(restored() for _ in range(9))
    yield "restore that throws all away", timed(lambda: empty.restore([name]), 1)


def timed(work: Callable[[], None], times: int = 20) -> float:
    begun = time.thread_time()
    for _ in range(times):
        work()
    return (time.thread_time() - begun) * 1000 / times


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--calls", type=int, default=25)
    parser.add_argument("--stored", type=int, default=10_000)
    parser.add_argument("--serve", choices=KINDS)
    chosen = parser.parse_args()
    if chosen.serve:
        serve(chosen.serve)
        return
    begun = time.perf_counter()
    compare(chosen.rounds, chosen.calls)
    grow(chosen.stored)
    print(f"took {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
