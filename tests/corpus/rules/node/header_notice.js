const { SESClient, SendRawEmailCommand } = require('@aws-sdk/client-ses');

const ses = new SESClient({});

const mail = (clean) => async (event) => {
  for (const { Sns } of event.Records) {
    const { subject, text } = JSON.parse(Sns.Message);
    const raw = [
      'From: shop@example.com',
      'To: desk@example.com',
      `Subject: ${clean(String(subject))}`,
      '',
      String(text),
    ].join('\r\n');
    await ses.send(new SendRawEmailCommand({ RawMessage: { Data: Buffer.from(raw) } }));
  }
};

exports.vulnerable = mail((text) => text);
exports.safe = mail((text) => text.replace(/[\r\n]+/g, ' '));
