const { PutObjectCommand, S3Client } = require('@aws-sdk/client-s3');

const s3 = new S3Client({});
const escaped = (text) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const store = (shown) => async ({ detail }) => {
  const Body = `<urlset><url><loc>${shown(String(detail.page))}</loc></url></urlset>`;
  await s3.send(new PutObjectCommand({ Bucket: 'reports', Key: 'sitemap.xml', Body }));
};

exports.vulnerable = store((text) => text);
exports.safe = store(escaped);
