// Tickets that come in by a gateway for mail: the subject is a header of the request.
'use strict';

const WORD = /=\?(utf-8|us-ascii)\?([bq])\?([^?]{0,400})\?=/gi;

function decoded(text) {
  return text.replace(WORD, (_, charset, encoding, body) => {
    if (encoding.toLowerCase() === 'b') return Buffer.from(body, 'base64').toString('utf8');
    const bytes = body.replace(/_/g, ' ').replace(/=([0-9A-F]{2})/g, (all, hex) => String.fromCharCode(parseInt(hex, 16)));
    return Buffer.from(bytes, 'latin1').toString('utf8');
  });
}

const answer = (told) => async (event) => {
  const subject = decoded(event.headers['x-mail-subject'] ?? '');
  if (subject !== '') process.stdout.write(`ACCEPTED subject=${told(subject)}\n`);
  return { statusCode: 204 };
};

exports.vulnerable = answer((subject) => subject);
exports.safe = answer((subject) => JSON.stringify(subject));
