"""Turns a mailed CV into text. The flaw: the file's name stands in a shell line."""

import os
import subprocess
import tempfile

from mail import attachments, keep


def handler(event, context):
    for record in event["Records"]:
        for applicant, name, data in attachments(record):
            with tempfile.NamedTemporaryFile(delete=False) as file:
                file.write(data)
            # The attachment's name is whatever the sender wrote: ";", "$( )" and "`" are commands.
            command = f"echo converting {name}; tr -cd '[:print:]\\n' < {file.name}"
            text = subprocess.run(command, shell=True, capture_output=True, text=True).stdout
            os.unlink(file.name)
            keep(applicant, text)
