const set = (target, path, value) => {
  const keys = String(path).split('.').slice(0, 6);
  const last = keys.pop();
  for (const key of keys) {
    if (typeof target[key] !== 'object' && typeof target[key] !== 'function') target[key] = {};
    target = target[key];
  }
  target[last] = value;
};

exports.vulnerable = async (event) => {
  for (const record of event.Records) {
    const change = JSON.parse(record.body);
    set({}, change.path, 'changed');
  }
};

exports.safe = async (event) => {
  for (const record of event.Records) {
    const change = JSON.parse(record.body);
    new Map().set(String(change.path), 'changed');
  }
};
