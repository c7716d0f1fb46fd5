const { exec, execFile } = require('child_process');
const { promisify } = require('util');

exports.vulnerable = async (event) => {
  const { image } = JSON.parse(event.body);
  const { stdout } = await promisify(exec)(`echo thumbnail of "${image.name}"`);
  return { statusCode: 200, body: stdout };
};

exports.safe = async (event) => {
  const { image } = JSON.parse(event.body);
  const name = String(image.name).replaceAll('\0', '');
  const { stdout } = await promisify(execFile)('echo', ['thumbnail of', name]);
  return { statusCode: 200, body: stdout };
};
