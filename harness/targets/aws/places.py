"""Places where records of runs that nobody waited for can be read: queues, logs, buckets."""

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from harness.deployed.session import AwsSession, code_of, said
from harness.targets.aws.logs import Logs
from harness.targets.aws.records import Record, letter, record_in

# Messages of others that were received with ours are theirs again after so many seconds at most.
_HIDDEN_SECONDS = 5
# Clocks of ours and of the service differ a little.
_SKEW_SECONDS = 5
# So many objects are looked at for one run; others write to the same prefix.
_OBJECTS = 200


class Place(Protocol):
    """`denied` says why nothing can be read, once that was seen."""

    denied: str

    def find(self, request_id: str, since: float) -> Record | None:
        """The record of a run that began after a time, when it is there by now."""
        ...


class QueuePlace:
    """A queue; the record of a run is taken out of it, all others are given back."""

    def __init__(self, session: AwsSession, url: str) -> None:
        self._client = session.client("sqs")
        self._url = url
        self.denied = ""

    def find(self, request_id: str, since: float) -> Record | None:
        """See Place.find. Waits for a second where nothing is there."""
        found = None
        try:
            told = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=10,
                WaitTimeSeconds=1,
                VisibilityTimeout=_HIDDEN_SECONDS,
                MessageAttributeNames=["All"],
            )
            for message in told.get("Messages", ()):
                handle = {"QueueUrl": self._url, "ReceiptHandle": message["ReceiptHandle"]}
                record = letter(message.get("MessageAttributes") or {}, request_id)
                record = record or record_in(message["Body"], request_id)
                if record is None:
                    self._client.change_message_visibility(**handle, VisibilityTimeout=0)
                else:
                    self._client.delete_message(**handle)
                    found = record
        except (BotoCoreError, ClientError) as error:
            self.denied = said(error)
        return found


class LogPlace:
    """A log group to which events are sent, or in which a function writes what it is told."""

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self.denied = ""

    def find(self, request_id: str, since: float) -> Record | None:
        """See Place.find."""
        try:
            for event in self._logs.events(f'"{request_id}"', since):
                record = record_in(event["message"], request_id)
                if record is not None:
                    return record
        except (BotoCoreError, ClientError) as error:
            # Before its first line a function has no group.
            if code_of(error) != "ResourceNotFoundException":
                self.denied = said(error)
        return None


class BucketPlace:
    """A bucket; the object that holds the record of a run is removed from it.

    Lambda names objects `aws/lambda/async/FUNCTION/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-UUID`, so they
    are in the order of time.
    """

    def __init__(self, session: AwsSession, bucket: str, function: str) -> None:
        self._client = session.client("s3")
        self._bucket = bucket
        self._prefix = f"aws/lambda/async/{function}/"
        self._seen: set[str] = set()
        self.denied = ""

    def find(self, request_id: str, since: float) -> Record | None:
        """See Place.find."""
        try:
            for key in self._keys(since):
                self._seen.add(key)
                where = {"Bucket": self._bucket, "Key": key}
                body = self._client.get_object(**where)["Body"].read()
                record = record_in(body.decode("utf-8", "replace"), request_id)
                if record is not None:
                    # Who may not remove it has still read it.
                    with suppress(BotoCoreError, ClientError):
                        self._client.delete_object(**where)
                    return record
        except (BotoCoreError, ClientError) as error:
            self.denied = said(error)
        return None

    def _keys(self, since: float) -> Iterator[str]:
        """Those of objects made since a time which nobody looked at."""
        after = datetime.fromtimestamp(since - _SKEW_SECONDS, UTC)
        found = 0
        for page in self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket,
            Prefix=self._prefix,
            StartAfter=f"{self._prefix}{after:%Y/%m/%d/%Y-%m-%dT%H.%M.%S}",
        ):
            for entry in page.get("Contents", ()):
                if entry["Key"] not in self._seen:
                    yield entry["Key"]
                    found += 1
                if found >= _OBJECTS:
                    return


def first(places: tuple[Place, ...], request_id: str, since: float, wait: float) -> Record | None:
    """The record of a run in one of several places; None when none comes within `wait` s."""
    end, pause = time.monotonic() + wait, 0.1
    while True:
        open_ones = [place for place in places if not place.denied]
        for place in open_ones:
            record = place.find(request_id, since)
            if record is not None:
                return record
        if not open_ones or time.monotonic() >= end:
            return None
        time.sleep(min(pause, max(0.0, end - time.monotonic())))
        pause = min(pause * 2, 2.0)
