const { GetParameterCommand, SSMClient } = require('@aws-sdk/client-ssm');
const { GetQueueUrlCommand, SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');

const ssm = new SSMClient({});
const sqs = new SQSClient({});

async function key() {
  const asked = new GetParameterCommand({ Name: '/shop/api-key', WithDecryption: true });
  return (await ssm.send(asked)).Parameter.Value;
}

const forward = (message) => async (event) => {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'orders-in' }));
  for (const record of event.Records) {
    const { order } = JSON.parse(record.body);
    const MessageBody = JSON.stringify(message(String(order), await key()));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  }
};

exports.vulnerable = forward((order, apiKey) => ({ order, headers: { 'x-api-key': apiKey } }));
exports.safe = forward((order) => ({ order, key: '/shop/api-key' }));
