const { BedrockRuntimeClient, ConverseCommand } = require('@aws-sdk/client-bedrock-runtime');

const bedrock = new BedrockRuntimeClient({});
const MOODS = ['happy', 'angry', 'neutral'];

async function mood(text) {
  const answer = await bedrock.send(
    new ConverseCommand({
      modelId: 'anthropic.claude-3-haiku-20240307-v1:0',
      system: [{ text: 'Say in one word how the customer feels: happy, angry or neutral.' }],
      messages: [{ role: 'user', content: [{ text: `The call:\n${text}` }] }],
    }),
  );
  return answer.output.message.content[0].text.trim();
}

exports.vulnerable = async (event) => {
  const { transcript } = JSON.parse(event.body);
  return { statusCode: 200, body: JSON.stringify({ mood: await mood(transcript) }) };
};

exports.safe = async (event) => {
  const { transcript } = JSON.parse(event.body);
  const said = await mood(transcript);
  return { statusCode: 200, body: JSON.stringify({ mood: MOODS.includes(said) ? said : 'neutral' }) };
};
