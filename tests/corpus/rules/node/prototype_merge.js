const merge = (into, from, skip) => {
  for (const key of Object.keys(from)) {
    if (skip.includes(key)) continue;
    const value = from[key];
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      if (typeof into[key] !== 'object') into[key] = {};
      merge(into[key], value, skip);
    } else {
      into[key] = value;
    }
  }
  return into;
};

const settings = (event, skip) => {
  const body = JSON.parse(event.body);
  const wanted = body.settings !== null && typeof body.settings === 'object' ? body.settings : {};
  const merged = merge({ theme: 'light' }, wanted, skip);
  return { statusCode: 200, body: JSON.stringify({ names: Object.keys(merged).length }) };
};

exports.vulnerable = async (event) => settings(event, []);
exports.safe = async (event) => settings(event, ['__proto__', 'constructor', 'prototype']);
