const { BedrockRuntimeClient, InvokeModelCommand } = require('@aws-sdk/client-bedrock-runtime');
const { PublishCommand, SNSClient, CreateTopicCommand } = require('@aws-sdk/client-sns');

const bedrock = new BedrockRuntimeClient({});
const sns = new SNSClient({});

async function ask(prompt) {
  const answer = await bedrock.send(
    new InvokeModelCommand({
      modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
      contentType: 'application/json',
      body: JSON.stringify({
        anthropic_version: 'bedrock-2023-05-31',
        max_tokens: 50,
        messages: [{ role: 'user', content: prompt }],
      }),
    }),
  );
  return JSON.parse(new TextDecoder().decode(answer.body)).content[0].text;
}

const tagger = (checked) => async (event) => {
  for (const record of event.Records) {
    const { article } = JSON.parse(record.body);
    const tag = checked(await ask(`Give one tag for this article: ${article}`));
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'reminders' }));
    await sns.send(new PublishCommand({ TopicArn, Message: `tagged ${tag}` }));
  }
};

exports.vulnerable = tagger((tag) => tag);
exports.safe = tagger((tag) => (['news', 'sports', 'arts'].includes(tag) ? tag : 'other'));
