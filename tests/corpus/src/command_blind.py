import subprocess


def vulnerable(event, context):
    for record in event["Records"]:
        try:
            subprocess.check_output('test -n "%s"' % record["Sns"]["Message"], shell=True)
        except Exception:
            pass


def safe(event, context):
    for record in event["Records"]:
        try:
            subprocess.check_output(["test", "-n", record["Sns"]["Message"]])
        except Exception:
            pass
