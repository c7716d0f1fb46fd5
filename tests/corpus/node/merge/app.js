const defaults = { theme: 'light' };

function merge(target, source) {
  for (const key in source) {
    if (typeof source[key] === 'object' && source[key] !== null) {
      if (typeof target[key] !== 'object') target[key] = {};
      merge(target[key], source[key]);
    } else target[key] = source[key];
  }
  return target;
}

function mergeSafely(target, source) {
  for (const [key, value] of Object.entries(source)) {
    if (['__proto__', 'constructor', 'prototype'].includes(key)) continue;
    const nested = typeof value === 'object' && value !== null;
    target[key] = nested ? mergeSafely({}, value) : value;
  }
  return target;
}

const serve = (work) => async (event) => {
  const { settings } = JSON.parse(event.body);
  work({ ...defaults }, settings ?? {});
  return { statusCode: 204, body: '' };
};

exports.vulnerable = serve(merge);
exports.safe = serve(mergeSafely);
