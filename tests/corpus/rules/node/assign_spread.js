const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, PutCommand } = require('@aws-sdk/lib-dynamodb');

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));

async function store(Item) {
  try {
    await table.send(new PutCommand({ TableName: 'devices', Item }));
  } catch (error) {
    console.log('not stored', error.name);
  }
}

exports.vulnerable = async (event) => {
  for (const record of event.Records) {
    const account = JSON.parse(record.Sns.Message);
    await store({ isAdmin: 'no', ...account, id: 'a2' });
  }
};

exports.safe = async (event) => {
  for (const record of event.Records) {
    const account = JSON.parse(record.Sns.Message);
    await store({ mail: String(account.mail), isAdmin: 'no', id: 'a2' });
  }
};
