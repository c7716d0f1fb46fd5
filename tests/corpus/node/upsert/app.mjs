const set = (target, path, value) => {
  const names = path.split('.');
  const last = names.pop();
  for (const name of names) target = target[name] ??= {};
  target[last] = value;
};

const serve = (work) => async (event) => {
  const changes = event.Records.map((record) => JSON.parse(record.body));
  const state = {};
  for (const { path, value } of changes) work(state, String(path), value);
  return { batchItemFailures: [] };
};

export const vulnerable = serve(set);

export const safe = serve((state, path, value) => {
  if (/^[a-z]+$/.test(path)) state[path] = value;
});
