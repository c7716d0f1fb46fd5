import boto3

table = boto3.resource("dynamodb").Table("devices")


class Member:
    def __init__(self, number):
        self.id = number
        self.nickname = ""
        self.language = "en"
        self.balance = 0

    def take(self, wishes, names):
        for name, value in wishes.items():
            if name in names:
                setattr(self, name, value if isinstance(value, int) else str(value))


def store(member):
    try:
        table.put_item(Item=vars(member))
    except Exception:
        print("not stored")


def wishes(event):
    found = event["detail"].get("wishes")
    return found if isinstance(found, dict) else {}


def vulnerable(event, context):
    member = Member("a1")
    member.take(wishes(event), set(vars(member)) - {"id"})
    store(member)


def safe(event, context):
    member = Member("a1")
    member.take(wishes(event), {"nickname", "language"})
    store(member)
