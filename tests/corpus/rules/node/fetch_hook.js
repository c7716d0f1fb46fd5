const http = require('http');

const get = (url) =>
  new Promise((resolve) => {
    const asked = http.get(url, { timeout: 500 }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(0));
  });

const notify = (allowed) => async (event) => {
  for (const { Sns } of event.Records) {
    const { callback } = JSON.parse(Sns.Message);
    if (!URL.canParse(callback) || !allowed(new URL(callback))) continue;
    if (new URL(callback).protocol === 'http:') console.log('told', await get(callback));
  }
};

exports.vulnerable = notify(() => true);
exports.safe = notify(({ hostname, port }) => hostname === 'hooks.example.com' && port === '');
