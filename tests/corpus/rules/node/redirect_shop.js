const HOME = 'https://shop.example.com';
const moved = (location) => ({ statusCode: 301, multiValueHeaders: { Location: [location] }, body: '' });

exports.vulnerable = async (event) => {
  const next = (event.queryStringParameters ?? {}).next ?? HOME;
  return moved(next.startsWith(HOME) ? next : HOME);
};

exports.safe = async (event) => {
  const next = (event.queryStringParameters ?? {}).next ?? HOME;
  return moved(URL.canParse(next) && new URL(next).origin === HOME ? new URL(next).href : HOME);
};
