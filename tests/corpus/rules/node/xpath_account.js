const { DOMParser } = require('@xmldom/xmldom');
const xpath = require('xpath');

const users = new DOMParser().parseFromString(
  '<users><user><name>ada</name><pin>8213</pin></user></users>',
  'text/xml',
);
const byName = xpath.parse('//user[name=$name]');

function answer(find) {
  try {
    return { statusCode: 200, body: JSON.stringify({ known: find().length > 0 }) };
  } catch {
    return { statusCode: 400, body: '{}' };
  }
}

exports.vulnerable = async (event) => {
  const name = event.queryStringParameters?.name ?? 'ada';
  return answer(() => xpath.select(`//user[name='${name}']`, users));
};

exports.safe = async (event) => {
  const name = event.queryStringParameters?.name ?? 'ada';
  return answer(() => byName.select({ node: users, variables: { name } }));
};
