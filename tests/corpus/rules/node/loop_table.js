const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');

const client = new DynamoDBClient({});

const index = (due) => async (event) => {
  for (const { dynamodb } of event.Records) {
    const { title, searchable, ...rest } = dynamodb.NewImage ?? {};
    if (typeof title?.S !== 'string' || !due(title.S, searchable?.S)) continue;
    const Item = { ...rest, title, searchable: { S: title.S.toLowerCase() } };
    await client.send(new PutItemCommand({ TableName: 'letters', Item })).catch(console.error);
  }
};

exports.vulnerable = index(() => true);
exports.safe = index((title, searchable) => title.toLowerCase() !== searchable);
