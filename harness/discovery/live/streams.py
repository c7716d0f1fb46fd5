"""Tables behind streams: their keys are part of each record.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
"""

from harness.discovery.live.view import Found, View, resource


def read_tables(view: View) -> Found:
    """AWS::DynamoDB::Table of each table whose stream a function reads."""
    for arn in sorted(view.callers.get("dynamodb", ())):
        name = arn.partition("/stream/")[0].rpartition("/")[2]
        if not name:
            continue
        table = view.one("dynamodb", "describe_table", TableName=name).get("Table", {})
        yield (
            f"dynamodb:{name}",
            resource(
                "AWS::DynamoDB::Table",
                TableName=name,
                KeySchema=table.get("KeySchema"),
                AttributeDefinitions=table.get("AttributeDefinitions"),
                StreamSpecification=table.get("StreamSpecification"),
            ),
        )


def read_streams(view: View) -> Found:
    """AWS::Kinesis::Stream of each stream that a function reads."""
    for arn in sorted(view.callers.get("kinesis", ())):
        name = arn.rpartition("/")[2]
        if name:
            yield f"kinesis:{name}", resource("AWS::Kinesis::Stream", Name=name)
