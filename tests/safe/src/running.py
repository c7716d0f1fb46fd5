import os
import shlex
import subprocess

from adapters import direct, http, query, queue, topic, upload


def output(*words, **more):
    try:
        done = subprocess.run(words, capture_output=True, timeout=2, check=False, **more)
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0
    return len(done.stdout)


def argument(value):
    return output("echo", "--", str(value)[:2000])


def through_input(value):
    return output("cat", input=str(value)[:2000].encode("utf-8", "replace"))


def through_environment(value):
    text = str(value)[:2000].replace("\0", "")
    return output("sh", "-c", 'printf "%s" "$GIVEN"', env={"GIVEN": text, "PATH": os.defpath})


def positional(value):
    return output("sh", "-c", 'printf "%s" "$1"', "sh", str(value)[:2000])


def quoted(value):
    return output("sh", "-c", "echo " + shlex.quote(str(value)[:2000].replace("\0", "")))


def fixed(value):
    return output("sh", "-c", "echo fixed; echo again")


def checked(value):
    name = str(value)
    if not (name.isascii() and name.isalnum() and len(name) < 40):
        return 0
    return output("sh", "-c", f"echo {name}")


def numbered(value):
    try:
        number = int(value) % 100
    except (TypeError, ValueError, OverflowError):
        number = 0
    return output("sh", "-c", f"seq {number} | wc -l")


argument_http, argument_upload, argument_queue = http(argument), upload(argument), queue(argument)
through_input_http, through_input_direct = http(through_input), direct(through_input)
through_environment_direct = direct(through_environment)
through_environment_topic = topic(through_environment)
positional_query, positional_queue = query(positional), queue(positional)
quoted_http, quoted_upload, quoted_direct = http(quoted), upload(quoted), direct(quoted)
fixed_direct = direct(fixed)
checked_query, checked_upload = query(checked), upload(checked)
numbered_http, numbered_direct = http(numbered), direct(numbered)
