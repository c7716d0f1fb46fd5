const { PutObjectCommand, S3Client } = require('@aws-sdk/client-s3');

const s3 = new S3Client({});

async function book(record) {
  const { sku, pieces } = JSON.parse(record.body);
  const Body = JSON.stringify({ sku: sku.toUpperCase(), pieces: BigInt(pieces).toString() });
  await s3.send(new PutObjectCommand({ Bucket: 'reports', Key: record.messageId, Body }));
}

exports.vulnerable = async (event) => {
  await Promise.all(event.Records.map(book));
  return { batchItemFailures: [] };
};

exports.safe = async (event) => {
  const done = await Promise.allSettled(event.Records.map(book));
  const failed = event.Records.filter((_record, index) => done[index].status === 'rejected');
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
};
