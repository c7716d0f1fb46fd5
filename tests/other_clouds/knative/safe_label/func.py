import subprocess


class Function:
    async def handle(self, scope, receive, send):
        label = str(scope["event"].get_data()["label"]).replace("\0", "")
        subprocess.run(["true", "--", label.encode("utf-8", "replace")], check=False)


def new():
    return Function()
