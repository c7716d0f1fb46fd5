const { DynamoDBClient, UpdateItemCommand } = require('@aws-sdk/client-dynamodb');

const client = new DynamoDBClient({});

async function mark(id, title) {
  await client.send(
    new UpdateItemCommand({
      TableName: 'letters',
      Key: { id },
      UpdateExpression: 'SET searchable = :title',
      ExpressionAttributeValues: { ':title': { S: title.toLowerCase() } },
    }),
  );
}

const each = (due) => async (event) => {
  for (const { dynamodb } of event.Records) {
    const { id, title, searchable } = dynamodb.NewImage ?? {};
    if (id?.S && title?.S && due(title.S, searchable?.S)) await mark(id, title.S);
  }
};

exports.vulnerable = each(() => true);
exports.safe = each((title, searchable) => title.toLowerCase() !== searchable);
