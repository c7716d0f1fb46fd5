const to = (location) => ({ statusCode: 302, headers: { location }, body: '' });

exports.vulnerable = async (event) => to(event.queryStringParameters?.returnTo ?? '/account');

exports.safe = async (event) => {
  const given = event.queryStringParameters?.returnTo ?? '/account';
  const own = 'https://shop.example.com';
  const url = URL.canParse(given, own) ? new URL(given, own) : new URL(own);
  return to(url.origin === own ? url.pathname + url.search : '/account');
};
