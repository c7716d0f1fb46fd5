const { randomBytes } = require('crypto');
const { DynamoDBClient } = require('@aws-sdk/client-dynamodb');
const { DynamoDBDocumentClient, PutCommand, ScanCommand } = require('@aws-sdk/lib-dynamodb');
const { CreateTopicCommand, PublishCommand, SNSClient } = require('@aws-sdk/client-sns');

const TableName = 'devices';
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const sns = new SNSClient({});

async function register(id) {
  const apiKey = randomBytes(24).toString('base64url');
  await table.send(new PutCommand({ TableName, Item: { id, apiKey, status: 'new' } }));
}

async function tell(message) {
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'reminders' }));
  await sns.send(new PublishCommand({ TopicArn, Message: JSON.stringify(message) }));
}

const inventory = (shown) => async (event) => {
  for (const record of event.Records) {
    const { action, device } = JSON.parse(record.body) ?? {};
    const id = String(device ?? '').slice(0, 64);
    if (action === 'register' && id) await register(id);
    else {
      const { Items } = await table.send(new ScanCommand({ TableName }));
      await tell(Items.map(shown));
    }
  }
};

exports.vulnerable = inventory((device) => device);
exports.safe = inventory(({ id, status }) => ({ id, status }));
