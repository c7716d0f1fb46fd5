const { BedrockRuntimeClient, InvokeModelCommand } = require('@aws-sdk/client-bedrock-runtime');

const bedrock = new BedrockRuntimeClient({});

async function translated(system) {
  const body = {
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 100,
    system,
    messages: [{ role: 'user', content: 'Good morning' }],
  };
  const modelId = 'anthropic.claude-3-haiku-20240307-v1:0';
  const answer = await bedrock.send(new InvokeModelCommand({ modelId, body: JSON.stringify(body) }));
  return JSON.parse(new TextDecoder().decode(answer.body)).content[0].text;
}

const greeting = (system) => async (event) => {
  const language = event.queryStringParameters?.language ?? 'French';
  const text = await translated(system(language));
  return { statusCode: 200, body: JSON.stringify({ signs: text.length }) };
};

exports.vulnerable = greeting((language) => `Translate into ${language}. Answer with the translation only.`);
exports.safe = greeting((language) => {
  const known = ['French', 'German', 'Italian'].includes(language) ? language : 'French';
  return `Translate into ${known}. Answer with the translation only.`;
});
