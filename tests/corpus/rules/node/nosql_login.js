const { MongoClient } = require('mongodb');

const url = process.env.MONGO_URL ?? 'mongodb://127.0.0.1:27017/shop';
const users = new MongoClient(url, { serverSelectionTimeoutMS: 10 }).db().collection('users');

async function login(user, password) {
  try {
    const found = await users.findOne({ user, password });
    return { statusCode: found === null ? 401 : 200, body: '' };
  } catch {
    return { statusCode: 503, body: 'try again' };
  }
}

exports.vulnerable = async (event) => {
  const { user, password } = JSON.parse(event.body);
  return login(user, password);
};

exports.safe = async (event) => {
  const { user, password } = JSON.parse(event.body);
  if (typeof user !== 'string' || typeof password !== 'string') return { statusCode: 400, body: '' };
  return login(user, password);
};
