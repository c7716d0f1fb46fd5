"""The same, without a shell: the name is an argument, never a part of a line."""

import subprocess

from mail import attachments, keep


def handler(event, context):
    for record in event["Records"]:
        for applicant, name, data in attachments(record):
            printable = subprocess.run(
                ["tr", "-cd", "[:print:]\n"], input=data, capture_output=True
            ).stdout
            keep(applicant, f"converting {name}\n{printable.decode('utf-8', 'replace')}")
