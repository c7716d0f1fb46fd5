exports.handler = async (event) => {
  const name = String(event.queryStringParameters?.name ?? "nobody");
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ name }) };
};
