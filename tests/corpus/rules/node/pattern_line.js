const count = (pattern) => async (event) => {
  let words = 0;
  for (const record of event.Records) {
    const { line } = JSON.parse(record.body);
    if (pattern.test(line)) words += 1;
  }
  console.log('lines of words', words);
};

exports.vulnerable = count(/^(\w+\s?)*$/);
exports.safe = count(/^\w+(?:\s\w+)*$/);
