import http.client
import json
import re


def probe(host):
    try:
        connection = http.client.HTTPConnection(host, timeout=2)
        connection.request("GET", "/health")
        return connection.getresponse().status
    except Exception:
        return None


def vulnerable(event, context):
    for record in event["Records"]:
        node = json.loads(record["Sns"]["Message"])["node"]
        print("up" if probe(node["host"]) == 200 else "down")


def safe(event, context):
    for record in event["Records"]:
        node = json.loads(record["Sns"]["Message"])["node"]
        if re.fullmatch(r"node-[0-9]{1,3}", str(node["host"])):
            print("up" if probe(node["host"] + ".cluster.example.com") == 200 else "down")
