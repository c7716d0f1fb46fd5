const answer = (day) => ({ statusCode: 200, body: JSON.stringify({ day: day.toISOString() }) });

exports.vulnerable = async (event) => {
  const day = new Date(event.queryStringParameters?.day ?? '2026-01-02');
  return answer(day);
};

exports.safe = async (event) => {
  const day = new Date(event.queryStringParameters?.day ?? '2026-01-02');
  if (Number.isNaN(day.getTime())) return { statusCode: 400, body: 'day must be a date' };
  return answer(day);
};
