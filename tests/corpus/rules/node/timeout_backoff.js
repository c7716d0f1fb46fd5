const { setTimeout: wait } = require('timers/promises');

const seconds = (value) => (Number(value) > 0 ? Number(value) : 0);

exports.vulnerable = async ({ retry }) => {
  await wait(Math.min(seconds(retry.after) * 10, 2 ** 31 - 1));
  return 'done';
};

exports.safe = async ({ retry }) => {
  await wait(Math.min(seconds(retry.after) * 10, 20));
  return 'done';
};
