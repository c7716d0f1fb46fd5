import subprocess


def main(params):
    for message in params["messages"]:
        subprocess.run("true " + message["value"], shell=True)
    return {}


def safely(params):
    for message in params["messages"]:
        subprocess.run(["true", "--", str(message["value"]).replace("\0", "")], check=False)
    return {}
