const answer = (stage) => ({ statusCode: 200, headers: { 'x-stage': stage }, body: 'ok' });

exports.vulnerable = async (event) => answer(JSON.parse(event.body).stage);
exports.safe = async (event) => answer(encodeURIComponent(String(JSON.parse(event.body).stage).toWellFormed()));
