const read = (record) => JSON.parse(Buffer.from(record.kinesis.data, 'base64'));

const log = (encoded) => (level, text) => process.stderr.write(`${level} ${encoded(text)}\n`);

const each = (note) => async (event) => {
  for (const record of event.Records) {
    const { device } = read(record);
    note('INFO', `reading of ${device}`);
  }
};

exports.vulnerable = each(log((text) => text));
exports.safe = each(log((text) => JSON.stringify(text)));
