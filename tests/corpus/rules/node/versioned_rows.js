function job(record) {
  const read = JSON.parse(record.body);
  if (read.revision !== 4) throw new Error("revision");
  return read;
}

function each(event, compile) {
  for (const record of event.Records) {
    try {
      const { columns = {} } = job(record);
      for (const text of Object.values(columns)) compile(text)({});
    } catch {
      console.log("left out");
    }
  }
}

exports.vulnerable = async (event) => each(event, (text) => new Function("row", `return (${text});`));

exports.safe = async (event) =>
  each(event, (text) => {
    if (!/^[a-z]+$/.test(text)) throw new Error("column");
    return (row) => row[text];
  });
