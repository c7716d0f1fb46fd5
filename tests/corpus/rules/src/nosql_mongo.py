import pymongo

users = pymongo.MongoClient(connect=False).shop.users


def first(condition):
    return users.find(condition).limit(1)


def vulnerable(event, context):
    user = first({"name": event["login"]["name"], "password": event["login"]["password"]})
    return {"asked": user is not None}


def safe(event, context):
    login = event["login"]
    user = first({"name": str(login["name"]), "password": str(login["password"])})
    return {"asked": user is not None}
