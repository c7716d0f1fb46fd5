const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, PutCommand } = require('@aws-sdk/lib-dynamodb');

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

async function store(user) {
  await table.send(new PutCommand({ TableName: 'devices', Item: { id: 'u2', ...user } }));
  return { statusCode: 201, body: 'stored' };
}

exports.vulnerable = async (event) => {
  const { name, role = 'member' } = JSON.parse(event.body);
  return store({ name: String(name), role: String(role) });
};

exports.safe = async (event) => {
  const { name } = JSON.parse(event.body);
  return store({ name: String(name), role: 'member' });
};
