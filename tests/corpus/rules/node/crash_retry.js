const total = (record) => {
  const { lines } = JSON.parse(record.body);
  return BigInt(lines.count) * 3n;
};

exports.vulnerable = async (event) => {
  try {
    console.log('total', String(event.Records.reduce((sum, record) => sum + total(record), 0n)));
  } catch (error) {
    console.error('starting again', error.message);
    process.exit(1);
  }
};

exports.safe = async (event) => {
  const batchItemFailures = [];
  for (const record of event.Records) {
    try {
      console.log('total', String(total(record)));
    } catch (error) {
      console.error('left out', error.message);
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures };
};
