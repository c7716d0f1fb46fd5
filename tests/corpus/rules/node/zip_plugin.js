const AdmZip = require('adm-zip');
const fs = require('fs');
const os = require('os');
const path = require('path');

function unpack(bundle, placed) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'plugin-'));
  try {
    for (const entry of new AdmZip(Buffer.from(bundle, 'base64')).getEntries()) {
      const file = placed(folder, entry.entryName);
      if (!entry.isDirectory) fs.writeFileSync(file, entry.getData());
    }
    return { unpacked: true };
  } catch {
    return { unpacked: false };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

exports.vulnerable = async (event) => unpack(String(event.bundle), (folder, name) => `${folder}/${name}`);

exports.safe = async (event) =>
  unpack(String(event.bundle), (folder, name) => path.join(folder, path.basename(name)));
