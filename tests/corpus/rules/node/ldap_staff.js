const { Client } = require('ldapts');

const url = process.env.LDAP_URL ?? 'ldap://127.0.0.1:389';
const ESCAPED = { '\\': '\\5c', '*': '\\2a', '(': '\\28', ')': '\\29', '\0': '\\00' };
const escaped = (text) => text.replace(/[\\*()\0]/g, (sign) => ESCAPED[sign]);

const checker = (clean) => async (event) => {
  for (const record of event.Records) {
    const { team, mail } = JSON.parse(record.Sns.Message);
    const filter = `(&(ou=${clean(String(team))})(mail=${clean(String(mail))}))`;
    const client = new Client({ url, connectTimeout: 20 });
    await client.search('dc=example', { filter }).catch(() => console.log('not found'));
    await client.unbind().catch(() => {});
  }
};

exports.vulnerable = checker((text) => text);
exports.safe = checker(escaped);
