from html import escape


def main(params):
    page = "<h1>Hello {}</h1>".format(params.get("name", ""))
    return {"statusCode": 200, "headers": {"content-type": "text/html"}, "body": page}


def safely(params):
    page = "<h1>Hello {}</h1>".format(escape(str(params.get("name", ""))))
    return {"statusCode": 200, "headers": {"content-type": "text/html"}, "body": page}
