const { DOMParser } = require('@xmldom/xmldom');
const xpath = require('xpath');

const stock = new DOMParser().parseFromString('<stock><item id="a1">5</item></stock>', 'text/xml');

const each = (find) => async (event) => {
  for (const record of event.Records) {
    const { item } = JSON.parse(Buffer.from(record.kinesis.data, 'base64'));
    try {
      console.log('left', find(String(item)));
    } catch {
      console.log('no such item');
    }
  }
};

exports.vulnerable = each((item) => xpath.select(`string(//item[@id="${item}"])`, stock));
exports.safe = each((item) => {
  if (!/^\w+$/.test(item)) throw new Error('item');
  return xpath.select(`string(//item[@id="${item}"])`, stock);
});
