const { inflate } = require('zlib');

const unpacked = (data) =>
  new Promise((resolve) => {
    inflate(data, (error, text) => resolve(error ? null : String(text)));
  });

const unpackedLater = (data) =>
  new Promise((resolve) => {
    inflate(data, (error, text) => {
      if (error) throw error;
      resolve(String(text));
    });
  });

const size = (unpack) => async ({ packed }) => {
  if (!packed) return { size: 0 };
  return { size: (await unpack(Buffer.from(String(packed), 'base64')))?.length ?? 0 };
};

exports.vulnerable = size(unpackedLater);
exports.safe = size(unpacked);
