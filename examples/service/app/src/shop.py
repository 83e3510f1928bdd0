"""The shop's one page."""


def handler(event, context):
    return {"statusCode": 200, "body": "open"}
