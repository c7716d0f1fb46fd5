const rows = [{ city: 'Oslo', people: 700 }, { city: 'Rome', people: 2800 }];

exports.vulnerable = (event, context, callback) => {
  const { where } = JSON.parse(event.Records[0].Sns.Message);
  let found = [];
  try {
    found = rows.filter(new Function('row', `return row.${where}`));
  } catch (error) {
    console.warn('no such filter');
  }
  callback(null, found.length);
};

exports.safe = (event, context, callback) => {
  const { where } = JSON.parse(event.Records[0].Sns.Message);
  const found = rows.filter((row) => Object.hasOwn(row, where) && row[where]);
  callback(null, found.length);
};
