const { CreateTopicCommand, PublishCommand, SNSClient } = require('@aws-sdk/client-sns');

const sns = new SNSClient({});

const invite = (most) => async ({ detail }) => {
  const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'reminders' }));
  const seats = Math.min(Number(detail.seats) || 0, most);
  for (let seat = 1; seat <= seats; seat += 1) {
    await sns.send(new PublishCommand({ TopicArn, Message: `seat ${seat}` }));
  }
};

exports.vulnerable = invite(150);
exports.safe = invite(5);
