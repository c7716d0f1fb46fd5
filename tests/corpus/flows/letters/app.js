const { PutObjectCommand, S3Client } = require('@aws-sdk/client-s3');

const s3 = new S3Client({});
const put = (Key, Body) => s3.send(new PutObjectCommand({ Bucket: process.env.LETTERS, Key, Body }));

const letter = async (text, checked) => {
  const { sku, quantity } = JSON.parse(text);
  if (checked && !(Number.isInteger(quantity) && quantity >= 1 && quantity <= 99)) {
    console.log('refused');
    return;
  }
  await put('letters/order.txt', `You get ${quantity} of ${sku}`);
};

const each = (read, checked) => async (event) => {
  for (const record of event.Records) await letter(read(record), checked);
};

exports.noticed = each((record) => record.Sns.Message, false);
exports.noticedSafely = each((record) => record.Sns.Message, true);
exports.queued = each((record) => JSON.parse(record.body).Message, false);
exports.queuedSafely = each((record) => JSON.parse(record.body).Message, true);
