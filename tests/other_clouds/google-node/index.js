const fs = require('fs');
const path = require('path');
const { execFileSync, execSync } = require('child_process');
const functions = require('@google-cloud/functions-framework');

const PAGES = path.join(__dirname, 'pages');
const given = (text) => String(text).replaceAll('\0', '');

functions.http('page', (req, res) => {
  const name = given(req.query.page ?? 'about.txt');
  try {
    res.type('text').send(fs.readFileSync(path.join(PAGES, name), 'utf8'));
  } catch {
    res.sendStatus(404);
  }
});

functions.http('safe_page', (req, res) => {
  const file = path.join(PAGES, given(req.query.page ?? 'about.txt'));
  if (!file.startsWith(PAGES + path.sep) || !fs.existsSync(file) || !fs.statSync(file).isFile()) {
    res.sendStatus(404);
    return;
  }
  res.type('text').send(fs.readFileSync(file, 'utf8'));
});

const orderOf = (event) => JSON.parse(Buffer.from(event.data.message.data, 'base64'));

functions.cloudEvent('label', (event) => {
  execSync(`true ${orderOf(event).label}`);
});

functions.cloudEvent('safe_label', (event) => {
  execFileSync('true', ['--', given(orderOf(event).label)]);
});
