const { DynamoDBClient, PutItemCommand } = require('@aws-sdk/client-dynamodb');

const base = process.env.OPENAI_BASE_URL ?? 'https://api.openai.com/v1';
const table = new DynamoDBClient({});
const tools = [
  {
    type: 'function',
    function: {
      name: 'set_address',
      description: 'Change where a parcel goes.',
      parameters: {
        type: 'object',
        properties: { parcel: { type: 'string' }, address: { type: 'string' } },
      },
    },
  },
];

async function calls(content) {
  const answer = await fetch(`${base}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer none' },
    body: JSON.stringify({
      model: 'gpt-4o-mini',
      messages: [{ role: 'system', content: 'You help with parcels.' }, { role: 'user', content }],
      tools,
    }),
  });
  const { choices } = await answer.json();
  return (choices[0].message.tool_calls ?? []).map((call) => JSON.parse(call.function.arguments));
}

const agent = (allowed) => async ({ detail }) => {
  for (const { parcel, address } of await calls(String(detail.question))) {
    if (!allowed(parcel, detail.parcel)) {
      console.log('not asked for by the customer');
      continue;
    }
    const Item = { id: { S: `parcel-${parcel}` }, address: { S: address } };
    await table.send(new PutItemCommand({ TableName: 'letters', Item }));
  }
};

exports.vulnerable = agent(() => true);
exports.safe = agent((parcel, own) => ['p1', 'p2'].includes(own) && parcel === own);
