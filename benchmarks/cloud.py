"""What a call of the local cloud costs a function, against moto's own threaded server.

A child process with boto3 makes each call; the two servers, in a process each, take turns within
one run, so that a slow moment of the machine hits both. `floor` is an HTTP server that answers at
once with nothing: what boto3 itself costs. Prints medians and ratios, as they are.

    python benchmarks/cloud.py [--rounds 9] [--calls 40]
"""

import argparse
import json
import logging
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from harness.model import Application
from harness.observers.cloud import LocalCloud
from harness.observers.cloud.request import Answer, Request
from harness.observers.cloud.server import Server

SETUP = """
import boto3, json, os, sys, time
s3, db, sqs = (boto3.client(n) for n in ("s3", "dynamodb", "sqs"))
if sys.argv[1] != "floor":
    s3.create_bucket(Bucket="bench")
    db.create_table(TableName="bench", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])
    url = sqs.create_queue(QueueName="bench")["QueueUrl"]
else:
    url = os.environ["AWS_ENDPOINT_URL"] + "/123456789012/bench"
body = b"x" * 100
calls = {
    "s3 put_object 100 B": lambda: s3.put_object(Bucket="bench", Key="k", Body=body),
    "dynamodb put_item": lambda: db.put_item(TableName="bench", Item={"id": {"S": "1"}}),
    "sqs send_message": lambda: sqs.send_message(QueueUrl=url, MessageBody="x"),
    "dynamodb get_item": lambda: db.get_item(TableName="bench", Key={"id": {"S": "1"}}),
}
for line in sys.stdin:
    times = {}
    for name, call in calls.items():
        begun = time.perf_counter()
        for _ in range(int(line)):
            call()
        times[name] = (time.perf_counter() - begun) / int(line) * 1000
        if name.startswith("sqs") and sys.argv[1] != "floor":
            sqs.delete_queue(QueueUrl=url)  # its cost grows with the length of the queue
            sqs.create_queue(QueueName="bench")
    print(json.dumps(times), flush=True)
"""


def serve(kind: str) -> None:
    """Run one kind of server until standard input ends; its endpoint goes to standard output."""
    if kind == "moto":
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # a line a request costs too
        threaded = ThreadedMotoServer(port=0, verbose=False)
        threaded.start()
        host, port = threaded.get_host_and_port()
        print(f"http://{host.replace('0.0.0.0', '127.0.0.1')}:{port}", flush=True)
    elif kind == "ours":
        application = Application(name="bench", source=Path(), functions=())
        cloud = LocalCloud(application, decoys={})
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
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--serve")
    chosen = parser.parse_args()
    if chosen.serve:
        serve(chosen.serve)
        return
    kinds = ("ours", "moto", "floor")
    servers, clients = {}, {}
    for kind in kinds:
        servers[kind] = child([sys.executable, __file__, "--serve", kind])
        endpoint = servers[kind].stdout.readline().strip()  # type: ignore[union-attr]
        clients[kind] = child(
            [sys.executable, "-c", SETUP, kind],
            AWS_ENDPOINT_URL=endpoint,
            AWS_ACCESS_KEY_ID="ASIA" + "A" * 16,
            AWS_SECRET_ACCESS_KEY="x" * 40,
            AWS_REGION="us-east-1",
            AWS_DEFAULT_REGION="us-east-1",
        )
    measured: dict[str, list[dict[str, float]]] = {kind: [] for kind in kinds}
    for number in range(chosen.rounds + 1):
        for kind, client in clients.items():
            assert client.stdin is not None
            assert client.stdout is not None
            client.stdin.write(f"{chosen.calls}\n")
            client.stdin.flush()
            times = json.loads(client.stdout.readline())
            if number:  # the first round warms up
                measured[kind].append(times)
    for process in (*clients.values(), *servers.values()):
        process.terminate()
        process.communicate()
    print(f"{'call':22}{'ours ms':>9}{'moto ms':>9}{'floor ms':>9}{'ratio':>8}{'above floor':>13}")
    for name in measured["ours"][0]:
        ours, moto, floor = (statistics.median(r[name] for r in measured[k]) for k in kinds)
        above = (ours - floor) / (moto - floor)
        print(f"{name:22}{ours:9.2f}{moto:9.2f}{floor:9.2f}{ours / moto:8.2f}{above:13.2f}")


if __name__ == "__main__":
    begun = time.perf_counter()
    main()
    if "--serve" not in sys.argv:
        print(f"took {time.perf_counter() - begun:.0f} s")
