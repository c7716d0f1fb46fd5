exports.handler = async (event) => {
  let sum = 0;
  for (const record of event.Records) {
    const data = Buffer.from(record.kinesis.data, "base64").toString("utf8");
    sum += data.length;
  }
  return { sum };
};
