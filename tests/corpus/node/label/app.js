const { execFileSync, execSync } = require('child_process');
const { S3Client, HeadObjectCommand } = require('@aws-sdk/client-s3');

const s3 = new S3Client({});

async function labels(event) {
  const found = [];
  for (const { s3: { bucket, object } } of event.Records) {
    const key = decodeURIComponent(object.key.replace(/\+/g, ' '));
    const { Metadata } = await s3.send(new HeadObjectCommand({ Bucket: bucket.name, Key: key }));
    found.push(Metadata['paper-label'] ?? 'none');
  }
  return found;
}

function print(run) {
  try {
    run();
  } catch {
    console.log('not printed');
  }
}

exports.vulnerable = async (event) => {
  for (const label of await labels(event)) {
    print(() => execSync(`printf '%s' ${label}`, { stdio: 'pipe' }));
  }
};

exports.safe = async (event) => {
  for (const label of await labels(event)) {
    print(() => execFileSync('printf', ['%s', label], { stdio: 'pipe' }));
  }
};
