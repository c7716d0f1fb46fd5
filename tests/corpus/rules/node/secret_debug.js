const settings = (shown) => async (event) => {
  const { debug } = event.queryStringParameters ?? {};
  const body = { stage: 'prod', ...(debug === 'true' ? { env: shown(process.env) } : {}) };
  return { statusCode: 200, body: JSON.stringify(body) };
};

exports.vulnerable = settings((env) => env);
exports.safe = settings((env) => Object.keys(env));
