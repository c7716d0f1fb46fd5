const LANGUAGES = ['en', 'de', 'fr'];

const greet = (unknown) => async (event) => {
  const language = event.queryStringParameters?.language ?? 'en';
  if (!LANGUAGES.includes(language)) return unknown();
  return { statusCode: 200, body: language };
};

exports.vulnerable = greet(() => {
  console.error('language is not configured');
  process.exit(1);
});
exports.safe = greet(() => ({ statusCode: 400, body: 'unknown language' }));
