const draw = (most) => async (event) => {
  const asked = Number(event.queryStringParameters?.pages ?? 1);
  let drawn = 0;
  for (let page = 0; page < Math.min(asked, most); page += 1) drawn += page % 7;
  return { statusCode: 200, body: String(drawn) };
};

exports.vulnerable = draw(Infinity);
exports.safe = draw(500);
