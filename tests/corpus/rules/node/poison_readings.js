const level = (record) => {
  const reading = JSON.parse(Buffer.from(record.kinesis.data, 'base64'));
  return BigInt(reading.level.trim());
};

exports.vulnerable = async (event) => {
  console.log('sum', String(event.Records.reduce((sum, record) => sum + level(record), 0n)));
};

exports.safe = async (event) => {
  let sum = 0n;
  for (const record of event.Records) {
    try {
      sum += level(record);
    } catch {
      console.log('left out', record.kinesis.sequenceNumber);
    }
  }
  console.log('sum', String(sum));
};
