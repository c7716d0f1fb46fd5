const { GetObjectCommand, S3Client } = require('@aws-sdk/client-s3');
const yaml = require('js-yaml');

const s3 = new S3Client({});

const serve = (load) => async (event) => {
  for (const { s3: place } of event.Records) {
    const Key = decodeURIComponent(place.object.key.replace(/\+/g, ' '));
    const object = await s3.send(new GetObjectCommand({ Bucket: place.bucket.name, Key }));
    const text = await object.Body.transformToString();
    try {
      console.log('read', Object.keys(load(text) ?? {}).length);
    } catch (error) {
      console.warn('not YAML');
    }
  }
};

exports.vulnerable = serve((text) => yaml.load(text));
exports.safe = serve((text) => yaml.safeLoad(text));
