const fs = require('fs/promises');
const os = require('os');
const path = require('path');

const folder = path.join(os.tmpdir(), 'avatars');

async function store(file) {
  await fs.mkdir(folder, { recursive: true });
  try {
    await fs.writeFile(file, 'avatar');
  } catch {
    console.log('not stored');
  }
}

exports.vulnerable = async (event) => {
  for (const record of event.Records) {
    const { user } = JSON.parse(record.body);
    await store(path.join(folder, `${user.name}`));
  }
};

exports.safe = async (event) => {
  for (const record of event.Records) {
    const { user } = JSON.parse(record.body);
    await store(path.join(folder, `${encodeURIComponent(String(user.name).toWellFormed())}.png`));
  }
};
