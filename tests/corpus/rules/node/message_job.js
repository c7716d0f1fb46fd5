const { GetQueueUrlCommand, SQSClient, SendMessageCommand } = require('@aws-sdk/client-sqs');

const sqs = new SQSClient({});

async function send(MessageBody) {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'orders-in' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  return { statusCode: 202, body: '' };
}

exports.vulnerable = async (event) => {
  const { comment } = JSON.parse(event.body);
  return send(`{"order": "b7", "approved": false, "comment": "${comment}"}`);
};

exports.safe = async (event) => {
  const { comment } = JSON.parse(event.body);
  return send(JSON.stringify({ order: 'b7', approved: false, comment: String(comment) }));
};
