const fs = require('fs');
const os = require('os');
const path = require('path');

const file = path.join(os.tmpdir(), 'draft.txt');

exports.vulnerable = async ({ line }) => {
  fs.appendFileSync(file, `${String(line).slice(0, 200)}\n`);
  return { draft: fs.readFileSync(file, 'utf8').slice(-600) };
};

exports.safe = async ({ line }) => {
  fs.writeFileSync(file, `${String(line).slice(0, 200)}\n`);
  return { draft: fs.readFileSync(file, 'utf8') };
};
