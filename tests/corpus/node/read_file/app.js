const { readFile } = require('fs/promises');
const path = require('path');

const FOLDER = path.join(__dirname, 'texts');

async function answer(file) {
  try {
    return { statusCode: 200, body: await readFile(file, 'utf8') };
  } catch {
    return { statusCode: 404, body: 'no such text' };
  }
}

exports.vulnerable = async (event) => answer(path.join(FOLDER, event.pathParameters.name));

exports.safe = async (event) => {
  const file = path.resolve(FOLDER, event.pathParameters.name);
  if (!file.startsWith(FOLDER + path.sep)) return { statusCode: 404, body: 'no such text' };
  return answer(file);
};
