const { Client, EqualityFilter } = require('ldapts');

const url = process.env.LDAP_URL ?? 'ldap://127.0.0.1:389';

async function known(filter) {
  const client = new Client({ url, connectTimeout: 20 });
  try {
    const { searchEntries } = await client.search('ou=people,dc=example', { filter });
    return { statusCode: 200, body: String(searchEntries.length) };
  } catch {
    console.log('no directory');
    return { statusCode: 200, body: '0' };
  } finally {
    await client.unbind().catch(() => {});
  }
}

exports.vulnerable = async (event) => known(`(uid=${JSON.parse(event.body).user})`);

exports.safe = async (event) =>
  known(new EqualityFilter({ attribute: 'uid', value: String(JSON.parse(event.body).user) }));
