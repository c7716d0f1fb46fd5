const { GetObjectCommand, S3Client } = require('@aws-sdk/client-s3');
const AdmZip = require('adm-zip');
const fs = require('fs');
const os = require('os');
const path = require('path');

const s3 = new S3Client({});
const folder = path.join(os.tmpdir(), 'unpacked');

async function entries(place) {
  const Key = decodeURIComponent(place.object.key.replace(/\+/g, ' '));
  try {
    const object = await s3.send(new GetObjectCommand({ Bucket: place.bucket.name, Key }));
    return new AdmZip(Buffer.from(await object.Body.transformToByteArray())).getEntries();
  } catch {
    return [];
  }
}

function store(file, data) {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, data);
    fs.unlinkSync(file);
  } catch {
    console.log('not stored');
  }
}

exports.vulnerable = async (event) => {
  for (const record of event.Records) {
    for (const entry of await entries(record.s3)) {
      store(path.join(folder, entry.entryName), entry.getData());
    }
  }
};

exports.safe = async (event) => {
  for (const record of event.Records) {
    for (const entry of await entries(record.s3)) {
      const file = path.resolve(folder, entry.entryName);
      if (file.startsWith(folder + path.sep)) store(file, entry.getData());
    }
  }
};
