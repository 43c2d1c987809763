"""A collector as Filebeat, Vector and Wazuh work: told by a queue what to fetch, it fetches, counts, and deletes.

Usage: collector.py QUEUE_URL EVENT_NAME WANTED SECONDS
Ends when WANTED events of that name have been seen, or the seconds are over; prints what it saw as one JSON object.
"""
import gzip
import json
import sys
import time
from urllib.parse import unquote_plus

import boto3


def records_of(body):
    """The S3 records in a message, direct or wrapped in SNS's envelope."""
    message = json.loads(body)
    if message.get("Type") == "Notification":
        message = json.loads(message["Message"])
    if message.get("Event") == "s3:TestEvent":
        return None
    return message["Records"]


def main(queue, name, wanted, seconds):
    sqs, s3 = boto3.client("sqs"), boto3.client("s3")
    seen, objects, sequencers, tests, empty = {}, {}, [], 0, 0
    deadline = time.monotonic() + seconds
    while len(seen) < wanted and time.monotonic() < deadline:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=5)
        for message in answer.get("Messages", []):
            records = records_of(message["Body"])
            if records is None:
                tests += 1
            for record in records or []:
                entry = record["s3"]
                key = unquote_plus(entry["object"]["key"])
                got = s3.get_object(Bucket=entry["bucket"]["name"], Key=key)
                data = got["Body"].read()
                assert len(data) == entry["object"]["size"], key
                assert got["ETag"].strip('"') == entry["object"]["eTag"], key
                objects[key] = objects.get(key, 0) + 1
                sequencers.append(entry["object"]["sequencer"])
                if "/CloudTrail/" not in key:
                    continue
                for event in json.loads(gzip.decompress(data))["Records"]:
                    if event["eventName"] == name:
                        seen[event["eventID"]] = seen.get(event["eventID"], 0) + 1
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        empty += not answer.get("Messages")
    print(json.dumps({"seen": seen, "objects": objects, "sequencers": sequencers, "tests": tests, "empty": empty}))


main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
