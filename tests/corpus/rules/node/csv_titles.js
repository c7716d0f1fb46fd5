const { PutObjectCommand, S3Client } = require('@aws-sdk/client-s3');

const s3 = new S3Client({});
const quoted = (cell) => `"${cell.replaceAll('"', '""')}"`;

const report = (cell) => async (event) => {
  const titles = event.Records.map((record) => record.dynamodb.NewImage?.title?.S ?? '');
  const Body = ['title', ...titles].map(cell).join('\n');
  await s3.send(new PutObjectCommand({ Bucket: 'reports', Key: 'titles.csv', Body }));
};

exports.vulnerable = report(quoted);
exports.safe = report((cell) => quoted(cell.replace(/^(?=[=+\-@\t\r])/, "'")));
