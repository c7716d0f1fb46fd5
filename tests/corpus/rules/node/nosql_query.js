const { DynamoDBClient, ScanCommand } = require('@aws-sdk/client-dynamodb');

const client = new DynamoDBClient({});

async function count(asked) {
  try {
    const found = await client.send(new ScanCommand({ TableName: 'letters', ...asked }));
    console.log('found', found.Count);
  } catch {
    console.log('no such search');
  }
}

exports.vulnerable = async (event) => {
  for (const record of event.Records) {
    const { field, value } = JSON.parse(record.body);
    await count({
      FilterExpression: `${field} = :value`,
      ExpressionAttributeValues: { ':value': { S: String(value) } },
    });
  }
};

exports.safe = async (event) => {
  for (const record of event.Records) {
    const { field, value } = JSON.parse(record.body);
    await count({
      FilterExpression: '#field = :value',
      ExpressionAttributeNames: { '#field': String(field) },
      ExpressionAttributeValues: { ':value': { S: String(value) } },
    });
  }
};
