const { PutObjectCommand, S3Client } = require('@aws-sdk/client-s3');

const s3 = new S3Client({});

const copies = (most) => async (event) => {
  const { copies: asked } = JSON.parse(event.body);
  const count = Math.max(0, Math.min(Number(asked) || 0, most));
  for (let number = 0; number < count; number += 1) {
    await s3.send(new PutObjectCommand({ Bucket: 'reports', Key: `copy-${number}`, Body: 'copy' }));
  }
  return { statusCode: 202, body: '' };
};

exports.vulnerable = copies(150);
exports.safe = copies(5);
