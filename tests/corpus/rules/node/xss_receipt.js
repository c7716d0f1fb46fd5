const { SESv2Client, SendEmailCommand } = require('@aws-sdk/client-sesv2');

const ses = new SESv2Client({});
const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

const mail = (shown) => async (event) => {
  for (const record of event.Records) {
    const { customer } = JSON.parse(record.body);
    const Html = { Data: `<p>Dear ${shown(String(customer))},</p><p>we got your order.</p>` };
    await ses.send(
      new SendEmailCommand({
        FromEmailAddress: 'shop@example.com',
        Destination: { ToAddresses: ['desk@example.com'] },
        Content: { Simple: { Subject: { Data: 'Your order' }, Body: { Html } } },
      }),
    );
  }
};

exports.vulnerable = mail((text) => text);
exports.safe = mail(escaped);
